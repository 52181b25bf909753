//! The way from the audio callback to the reader: a ring of mono samples, and beside it a ring of marks that say
//! where samples are missing. Knows no device, so all of it can be tested without one.

use rtrb::{Consumer, Producer, RingBuffer};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Instant;

/// Sound that the ring holds, in seconds; a reader that is later than this loses samples.
pub const RING_S: u32 = 4;
/// Losses that can wait to be read; more of them at once are merged into the last.
const MARKS: usize = 256;

/// What the callback counts, for all streams of a session.
#[derive(Debug, Default)]
pub struct Counters {
    received: AtomicU64,
    dropped: AtomicU64,
    /// Bits of the highest absolute sample; those of positive floats are ordered like the floats.
    peak_bits: AtomicU32,
    paused: AtomicBool,
}

impl Counters {
    /// Frames that the device has delivered.
    pub fn received_frames(&self) -> u64 {
        self.received.load(Ordering::Relaxed)
    }

    /// Frames lost because the reader was late or the device overran.
    pub fn dropped_frames(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Highest absolute sample (0 … 1) since the last call.
    pub fn take_peak(&self) -> f32 {
        f32::from_bits(self.peak_bits.swap(0, Ordering::Relaxed))
    }

    /// While paused, the callback discards what arrives.
    pub fn set_paused(&self, paused: bool) {
        self.paused.store(paused, Ordering::Relaxed);
    }

    /// Whether the callback discards what arrives.
    pub fn is_paused(&self) -> bool {
        self.paused.load(Ordering::Relaxed)
    }
}

/// When one stream has delivered, in microseconds since the epoch given to [`ring`]; 0 before the first block.
#[derive(Debug, Default)]
pub struct Progress {
    began_us: AtomicU64,
    last_us: AtomicU64,
    overrun: AtomicBool,
}

impl Progress {
    /// Time of the first sample, or `None` before it.
    pub fn began_us(&self) -> Option<u64> {
        Some(self.began_us.load(Ordering::Acquire)).filter(|us| *us > 0)
    }

    /// Time at which the last block arrived, or `None` before the first.
    pub fn last_us(&self) -> Option<u64> {
        Some(self.last_us.load(Ordering::Acquire)).filter(|us| *us > 0)
    }

    /// Tells the callback that the device has lost samples before the next block.
    pub fn note_overrun(&self) {
        self.overrun.store(true, Ordering::Relaxed);
    }
}

/// `frames` are missing after `position` samples have gone through the ring.
#[derive(Clone, Copy, Debug)]
struct Mark {
    position: u64,
    frames: u64,
}

/// The callback's end of the ring.
pub struct CaptureWriter {
    samples: Producer<f32>,
    marks: Producer<Mark>,
    channels: usize,
    rate_hz: u32,
    epoch: Instant,
    counters: Arc<Counters>,
    progress: Arc<Progress>,
    /// Samples put into the ring.
    pushed: u64,
    /// Frames lost at `pushed` that no mark tells of yet; nothing more is put into the ring before one does.
    lost: u64,
}

/// The engine's end of the ring.
pub struct CaptureReader {
    samples: Consumer<f32>,
    marks: Consumer<Mark>,
    rate_hz: u32,
    channels: u16,
    taken: u64,
}

/// What comes next out of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Samples were appended.
    Samples,
    /// This many frames are missing here.
    Lost(u64),
    /// Nothing has arrived.
    Nothing,
}

/// A ring of [`RING_S`] seconds for a stream with this rate and number of channels (at least 1 each).
///
/// `epoch` is the zero of the times in [`Progress`].
pub fn ring(rate_hz: u32, channels: u16, counters: Arc<Counters>, epoch: Instant) -> (CaptureWriter, CaptureReader) {
    let (samples_in, samples_out) = RingBuffer::new((rate_hz * RING_S).max(1) as usize);
    let (marks_in, marks_out) = RingBuffer::new(MARKS);
    let writer = CaptureWriter {
        samples: samples_in,
        marks: marks_in,
        channels: usize::from(channels.max(1)),
        rate_hz: rate_hz.max(1),
        epoch,
        counters,
        progress: Arc::default(),
        pushed: 0,
        lost: 0,
    };
    let reader = CaptureReader { samples: samples_out, marks: marks_out, rate_hz: rate_hz.max(1), channels, taken: 0 };
    (writer, reader)
}

impl CaptureWriter {
    /// When this stream has delivered.
    pub fn progress(&self) -> Arc<Progress> {
        self.progress.clone()
    }

    /// Takes one interleaved block of the device: converts, mixes down, pushes and counts. Made for the audio
    /// callback: no allocation, no lock, no system call but the clock.
    pub fn write<T: Copy>(&mut self, data: &[T], to_f32: impl Fn(T) -> f32) {
        let frames = data.len() / self.channels;
        if frames == 0 {
            return;
        }
        let since_last_us = self.note_arrival(frames);
        if self.counters.is_paused() {
            return;
        }
        if self.progress.overrun.swap(false, Ordering::Relaxed) {
            let passed = since_last_us.saturating_mul(u64::from(self.rate_hz)) / 1_000_000;
            self.lose(passed.saturating_sub(frames as u64));
        }
        let room = self.samples.slots().min(frames);
        // Nothing may follow a loss before a mark tells of it.
        let room = if room > 0 && !self.tell_losses() { 0 } else { room };
        let mut peak = 0.0_f32;
        if let Ok(chunk) = self.samples.write_chunk_uninit(room) {
            let mono = data.chunks_exact(self.channels).take(room).map(|frame| {
                let sum: f32 = frame.iter().map(|sample| sane(to_f32(*sample))).sum();
                let mean = sum / self.channels as f32;
                peak = peak.max(mean.abs());
                mean
            });
            self.pushed += chunk.fill_from_iter(mono) as u64;
        }
        self.counters.peak_bits.fetch_max(peak.to_bits(), Ordering::Relaxed);
        self.lose((frames - room) as u64);
    }

    /// Counts a block; returns the microseconds since the one before.
    fn note_arrival(&self, frames: usize) -> u64 {
        let now_us = u64::try_from(self.epoch.elapsed().as_micros()).unwrap_or(u64::MAX);
        let block_us = frames as u64 * 1_000_000 / u64::from(self.rate_hz);
        let last_us = self.progress.last_us.swap(now_us.max(1), Ordering::AcqRel);
        if last_us == 0 {
            self.progress.began_us.store(now_us.saturating_sub(block_us).max(1), Ordering::Release);
        }
        self.counters.received.fetch_add(frames as u64, Ordering::Relaxed);
        if last_us == 0 { 0 } else { now_us.saturating_sub(last_us) }
    }

    fn lose(&mut self, frames: u64) {
        self.lost += frames;
        self.counters.dropped.fetch_add(frames, Ordering::Relaxed);
    }

    /// Puts a mark for what has been lost; false while there is no room for it.
    fn tell_losses(&mut self) -> bool {
        if self.lost > 0 && self.marks.push(Mark { position: self.pushed, frames: self.lost }).is_ok() {
            self.lost = 0;
        }
        self.lost == 0
    }
}

impl Drop for CaptureWriter {
    fn drop(&mut self) {
        // The device is being closed while the ring is full; the counters know of it in any case.
        self.tell_losses();
    }
}

impl CaptureReader {
    /// Rate of the stream in Hz.
    pub fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    /// Channels of the device.
    pub fn channels(&self) -> u16 {
        self.channels
    }

    /// Whether something waits to be read.
    pub fn has_more(&self) -> bool {
        !self.samples.is_empty() || !self.marks.is_empty()
    }

    /// Appends at most `max` samples up to the next loss, or tells of that loss.
    pub fn next(&mut self, out: &mut Vec<f32>, max: usize) -> Piece {
        // The order matters: a mark is written before the samples after it, so it is seen if they are.
        let waiting = self.samples.slots();
        let until_mark = match self.marks.peek() {
            Ok(mark) if mark.position == self.taken => return self.loss(),
            Ok(mark) => usize::try_from(mark.position - self.taken).unwrap_or(usize::MAX),
            Err(_) => usize::MAX,
        };
        match self.samples.read_chunk(waiting.min(until_mark).min(max)) {
            Ok(chunk) if !chunk.is_empty() => {
                let (first, second) = chunk.as_slices();
                out.extend_from_slice(first);
                out.extend_from_slice(second);
                self.taken += chunk.len() as u64;
                chunk.commit_all();
                Piece::Samples
            }
            _ => Piece::Nothing,
        }
    }

    /// All losses at the present position as one.
    fn loss(&mut self) -> Piece {
        let mut frames = 0;
        while let Ok(mark) = self.marks.peek() {
            if mark.position != self.taken {
                break;
            }
            frames += mark.frames;
            if self.marks.pop().is_err() {
                break;
            }
        }
        Piece::Lost(frames)
    }
}

fn sane(sample: f32) -> f32 {
    if sample.is_finite() { sample.clamp(-1.0, 1.0) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(rate_hz: u32, channels: u16) -> (CaptureWriter, CaptureReader, Arc<Counters>) {
        let counters = Arc::new(Counters::default());
        let (writer, reader) = ring(rate_hz, channels, counters.clone(), Instant::now());
        (writer, reader, counters)
    }

    fn ramp(from: u32, len: u32) -> Vec<f32> {
        (from..from + len).map(|n| n as f32 / 100_000.0).collect()
    }

    #[test]
    fn samples_come_out_as_they_went_in() {
        let (mut writer, mut reader, counters) = pair(1_000, 1);
        writer.write(&ramp(0, 700), |s| s);
        writer.write(&ramp(700, 300), |s| s);
        let mut out = Vec::new();
        while reader.next(&mut out, 77) == Piece::Samples {}
        assert_eq!(out, ramp(0, 1_000));
        assert_eq!((counters.received_frames(), counters.dropped_frames()), (1_000, 0));
        assert_eq!(counters.take_peak(), 999.0 / 100_000.0);
        assert_eq!(counters.take_peak(), 0.0);
    }

    #[test]
    fn channels_are_averaged_and_wild_values_tamed() {
        let (mut writer, mut reader, _) = pair(1_000, 2);
        writer.write(&[0.5, -0.1, f32::NAN, 0.4, 9.0, 1.0, 0.7], |s| s);
        let mut out = Vec::new();
        reader.next(&mut out, 100);
        assert_eq!(out, [0.2, 0.2, 1.0], "the sample without a partner is no frame");
    }

    #[test]
    fn a_full_ring_loses_samples_in_their_right_place() {
        let (mut writer, mut reader, counters) = pair(250, 1);
        // The ring holds 1000 samples: 200 of this block are lost, and all of the next.
        writer.write(&ramp(0, 1_200), |s| s);
        writer.write(&ramp(1_200, 50), |s| s);
        let mut out = Vec::new();
        assert_eq!(reader.next(&mut out, 600), Piece::Samples);
        writer.write(&ramp(1_250, 100), |s| s);
        assert_eq!(reader.next(&mut out, 10_000), Piece::Samples);
        assert_eq!(out, ramp(0, 1_000));
        assert_eq!(reader.next(&mut out, 10_000), Piece::Lost(250));
        assert_eq!(reader.next(&mut out, 10_000), Piece::Samples);
        assert_eq!(out[1_000..], ramp(1_250, 100));
        assert_eq!(reader.next(&mut out, 10_000), Piece::Nothing);
        assert_eq!(counters.dropped_frames(), 250);
    }

    #[test]
    fn even_more_losses_than_marks_are_all_accounted_for() {
        let (mut writer, mut reader, counters) = pair(250, 1);
        let (mut next, mut out, mut lost) = (0_u32, Vec::new(), 0);
        let mut read_some = |reader: &mut CaptureReader, max: usize| match reader.next(&mut out, max) {
            Piece::Lost(frames) => {
                lost += frames;
                true
            }
            Piece::Samples => true,
            Piece::Nothing => false,
        };
        // Every block overfills the ring by a little, so that every block makes a mark of its own.
        for _ in 0..3 * MARKS {
            writer.write(&ramp(next, 1_001), |s| s);
            next += 1_001;
            read_some(&mut reader, 1);
        }
        while read_some(&mut reader, 4_000) {}
        writer.write(&ramp(next, 10), |s| s);
        next += 10;
        while read_some(&mut reader, 4_000) {}
        assert_eq!(lost, counters.dropped_frames());
        assert_eq!(out.len() as u64 + lost, u64::from(next));
    }

    #[test]
    fn the_threads_agree_on_every_sample() {
        let (mut writer, mut reader, counters) = pair(500, 1);
        let thread = std::thread::spawn(move || {
            for block in 0..4_000_u32 {
                let data: Vec<u32> = (block * 37..(block + 1) * 37).collect();
                writer.write(&data, |n| n as f32 / 1.0e6);
                if block % 64 == 0 {
                    std::thread::yield_now();
                }
            }
        });
        let (mut out, mut expected, mut read) = (Vec::new(), 0_u64, 0_u64);
        while !thread.is_finished() || reader.has_more() {
            match reader.next(&mut out, 301) {
                Piece::Samples => {
                    for sample in out.drain(..) {
                        assert_eq!((sample * 1.0e6).round() as u64, expected);
                        expected += 1;
                        read += 1;
                    }
                }
                Piece::Lost(frames) => expected += frames,
                Piece::Nothing => std::thread::yield_now(),
            }
        }
        assert_eq!(read + counters.dropped_frames(), 4_000 * 37);
        thread.join().unwrap();
    }

    #[test]
    fn a_pause_discards_and_an_overrun_of_the_device_is_a_loss() {
        let (mut writer, mut reader, counters) = pair(8_000, 1);
        let mut out = Vec::new();
        counters.set_paused(true);
        writer.write(&ramp(0, 80), |s| s);
        assert_eq!(reader.next(&mut out, 100), Piece::Nothing);
        counters.set_paused(false);
        std::thread::sleep(std::time::Duration::from_millis(110));
        writer.progress().note_overrun();
        writer.write(&ramp(0, 80), |s| s);
        // 110 ms passed for the 10 ms of this block.
        let lost = match reader.next(&mut out, 100) {
            Piece::Lost(frames) => frames,
            other => panic!("{other:?}"),
        };
        assert!((800..1_600).contains(&lost), "{lost}");
        assert_eq!(reader.next(&mut out, 100), Piece::Samples);
    }
}
