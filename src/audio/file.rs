//! Recordings as a source: wav, flac, mp3, ogg vorbis and m4a, decoded block by block. The only file that names
//! symphonia.

use super::source::{AudioError, Read, Source};
use super::wide_wav::WideWav;
use std::fs::File;
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use symphonia::core::codecs::audio::well_known::{CODEC_ID_FLAC, CODEC_ID_MP3, CODEC_ID_OPUS};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as DecodeError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{TimeBase, Timestamp};

#[path = "mp4.rs"]
mod mp4;

/// A call of [`FileSource::read`] delivers at least this many frames, unless the file ends.
const BLOCK_FRAMES: usize = 4096;
/// Packets in a row that cannot be decoded before the rest of a file counts as lost.
const MAX_DAMAGED_IN_A_ROW: u32 = 200;
/// Longest stretch that one damaged packet may stand for, in seconds; a longer one is a lie of the file.
const MAX_PACKET_S: f64 = 2.0;
/// Part of the announced length that may be missing before a file counts as cut short (lengths are often rounded).
const MISSING_TOLERATED: f64 = 0.005;
/// Longest run-up of an encoder that is taken out of an m4a file, in seconds.
const MAX_RUN_UP_S: f64 = 0.25;
const MAX_CHANNELS: usize = 64;
const MAX_RATE_HZ: u32 = super::resample::MAX_RATE_HZ;

/// A recording, decoded while it is read; memory does not grow with its length.
///
/// Channels are averaged, samples limited to −1 … 1, and values that are no numbers count as silence. A file that
/// is cut short or damaged gives what can be decoded; [`FileSource::warning`] then says what is missing.
pub struct FileSource {
    path: PathBuf,
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: TrackFacts,
    rate_hz: u32,
    channels: u16,
    /// Decoded mono samples that no `read` has taken yet.
    ready: Vec<f32>,
    /// The decoder's interleaved samples, kept to spare allocations.
    interleaved: Vec<f32>,
    /// Frames still to be passed over: encoder delay or the way to the frame sought.
    skip: u64,
    /// Frames decoded since the start of the file, those before a seek's target included.
    position: u64,
    damaged_in_a_row: u32,
    damaged: u64,
    non_finite: u64,
    ended: bool,
    sought: bool,
    warning: Option<String>,
}

/// What is needed of a track after its format has been recognised.
struct TrackFacts {
    id: u32,
    time_base: Option<TimeBase>,
    frames: Option<u64>,
    /// Frames of run-up before the sound begins; only m4a leaves them to the reader.
    run_up: u64,
    /// Whether the library's seeking lands on the very frame.
    seeks_exactly: bool,
}

/// What one step of decoding has brought.
enum Step {
    Decoded,
    Ended,
}

impl FileSource {
    /// Opens `path` and decodes its first block.
    ///
    /// # Errors
    /// [`AudioError::Unreadable`] when the system cannot open or read the file, [`AudioError::UnknownFormat`] when it
    /// is no recording of a known kind, [`AudioError::Empty`] when it holds no sound, and
    /// [`AudioError::UnsupportedFormat`] for rates and channel counts beyond those supported.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, AudioError> {
        let path = path.as_ref();
        let (mut format, wide) = probe(path)?;
        let unknown = |reason: String| AudioError::UnknownFormat { path: path.into(), reason };
        let (decoder, mut track) = make_decoder(&mut *format).map_err(unknown)?;
        if format.format_info().short_name == "isomp4" {
            track.run_up = mp4::leading_ticks(path).unwrap_or(0);
        }
        let mut source = Self {
            path: path.into(),
            format,
            decoder,
            track,
            rate_hz: 0,
            channels: 0,
            ready: Vec::new(),
            interleaved: Vec::new(),
            skip: 0,
            position: 0,
            damaged_in_a_row: 0,
            damaged: 0,
            non_finite: 0,
            ended: false,
            sought: false,
            warning: None,
        };
        while source.ready.is_empty() && !source.ended {
            source.step()?;
        }
        if let Some(channels) = wide {
            source.channels = channels;
        }
        if source.ready.is_empty() {
            // Damage without a single good packet means that the file only looked like a recording.
            let damage = source.damaged > 0;
            return Err(if damage { unknown("nothing in it can be decoded".into()) } else { empty(path) });
        }
        Ok(source)
    }

    /// What is missing or wrong with the recording, as one sentence; complete once `read` has given `End`.
    pub fn warning(&self) -> Option<String> {
        self.warning.clone()
    }

    /// Samples replaced by silence so far because they were NaN or infinite.
    pub fn non_finite(&self) -> u64 {
        self.non_finite
    }

    /// Goes on at `frame` (counted at the file's own rate); beyond the end, the next `read` gives `End`.
    ///
    /// # Errors
    /// [`AudioError::Unreadable`] when the file cannot be read any more or its format allows no seeking.
    pub fn seek(&mut self, frame: u64) -> Result<(), AudioError> {
        self.ready.clear();
        self.sought = true;
        self.damaged_in_a_row = 0;
        if self.track.frames.is_some_and(|frames| frame >= frames) {
            self.ended = true;
            return Ok(());
        }
        self.ended = false;
        if !self.track.seeks_exactly {
            return self.start_over(frame);
        }
        let to = SeekTo::Timestamp { ts: Timestamp::new(self.frames_to_ticks(frame)), track_id: self.track.id };
        let sought = self.format.seek(SeekMode::Accurate, to);
        self.decoder.reset();
        match sought {
            Ok(sought) => {
                self.position = self.ticks_to_frames(sought.actual_ts.get());
                self.skip = frame.saturating_sub(self.position);
                Ok(())
            }
            Err(DecodeError::IoError(error)) if error.kind() == ErrorKind::UnexpectedEof => {
                self.ended = true;
                Ok(())
            }
            Err(error) => {
                let reason = format!("cannot go to second {}: {error}", frame / u64::from(self.rate_hz));
                Err(AudioError::Unreadable { path: self.path.clone(), reason })
            }
        }
    }

    /// Decodes from the start up to `frame`: slower (some hundred times real time) than the library's own seeking,
    /// which for these formats lands beside the frame.
    fn start_over(&mut self, frame: u64) -> Result<(), AudioError> {
        let mut fresh = Self::open(&self.path)?;
        let passed = usize::try_from(frame).unwrap_or(usize::MAX).min(fresh.ready.len());
        fresh.ready.drain(..passed);
        fresh.skip += frame - passed as u64;
        fresh.sought = true;
        *self = fresh;
        Ok(())
    }

    /// Reads and decodes one packet into `ready`.
    fn step(&mut self) -> Result<Step, AudioError> {
        let packet = match self.format.next_packet() {
            Ok(Some(packet)) => packet,
            Ok(None) => return Ok(self.end(None)),
            Err(error) => return self.after_format_error(error),
        };
        if packet.track_id != self.track.id {
            return Ok(Step::Decoded);
        }
        match self.decoder.decode(&packet) {
            Ok(decoded) => {
                let spec = decoded.spec();
                let (rate_hz, channels) = (spec.rate(), spec.channels().count());
                decoded.copy_to_vec_interleaved(&mut self.interleaved);
                self.damaged_in_a_row = 0;
                self.accept(rate_hz, channels)
            }
            Err(DecodeError::IoError(_) | DecodeError::DecodeError(_)) => Ok(self.replace_damaged(&packet)),
            Err(error) => Ok(self.end(Some(error.to_string()))),
        }
    }

    /// Mixes the decoded block down; a block in another format than the first ends the reading.
    fn accept(&mut self, rate_hz: u32, channels: usize) -> Result<Step, AudioError> {
        if self.interleaved.is_empty() || channels == 0 {
            return Ok(Step::Decoded);
        }
        if self.rate_hz == 0 {
            if !(1..=MAX_RATE_HZ).contains(&rate_hz) || channels > MAX_CHANNELS {
                let what = self.path.display().to_string();
                return Err(AudioError::UnsupportedFormat { what, rate_hz, channels: channels as u32 });
            }
            (self.rate_hz, self.channels) = (rate_hz, channels as u16);
            self.leave_out_run_up();
        }
        if rate_hz != self.rate_hz {
            let reason = format!("its rate changes from {} to {rate_hz} Hz", self.rate_hz);
            return Ok(self.end(Some(reason)));
        }
        let frames = self.interleaved.len() / channels;
        let passed = usize::try_from(self.skip).unwrap_or(usize::MAX).min(frames);
        self.skip -= passed as u64;
        self.position += frames as u64;
        for frame in self.interleaved.chunks_exact(channels).skip(passed) {
            let mut sum = 0.0_f32;
            for sample in frame {
                if sample.is_finite() { sum += sample.clamp(-1.0, 1.0) } else { self.non_finite += 1 }
            }
            self.ready.push(sum / channels as f32);
        }
        Ok(Step::Decoded)
    }

    /// Has the encoder's run-up skipped and taken out of the announced length.
    fn leave_out_run_up(&mut self) {
        let run_up = self.ticks_to_frames(i64::try_from(self.track.run_up).unwrap_or(0));
        if run_up as f64 <= MAX_RUN_UP_S * f64::from(self.rate_hz) {
            self.skip += run_up;
            self.track.frames = self.track.frames.map(|frames| frames.saturating_sub(run_up));
        }
    }

    /// A packet that cannot be decoded becomes silence of its length, so that what follows keeps its time.
    fn replace_damaged(&mut self, packet: &Packet) -> Step {
        self.damaged += 1;
        self.damaged_in_a_row += 1;
        if self.damaged_in_a_row > MAX_DAMAGED_IN_A_ROW {
            return self.end(Some("the rest is damaged".into()));
        }
        if self.rate_hz > 0 {
            let frames = self.ticks_to_frames(i64::try_from(packet.dur.get()).unwrap_or(0));
            let frames = frames.min((MAX_PACKET_S * f64::from(self.rate_hz)) as u64);
            let passed = self.skip.min(frames);
            self.skip -= passed;
            self.position += frames;
            self.ready.resize(self.ready.len() + (frames - passed) as usize, 0.0);
        }
        Step::Decoded
    }

    fn after_format_error(&mut self, error: DecodeError) -> Result<Step, AudioError> {
        match error {
            DecodeError::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => {
                self.ended = true;
                Err(AudioError::Unreadable { path: self.path.clone(), reason: error.to_string() })
            }
            // A wav that was written into a pipe announces no length and ends where it ends.
            DecodeError::IoError(_) if self.track.seeks_exactly && self.track.frames.is_none() => Ok(self.end(None)),
            DecodeError::IoError(_) => Ok(self.end(Some("the file is cut short".into()))),
            // A new stream follows in the same file (chained ogg).
            DecodeError::ResetRequired => match make_decoder(&mut *self.format) {
                Ok((decoder, track)) => {
                    self.decoder = decoder;
                    // The announced length was that of the first stream only.
                    self.track = TrackFacts { frames: None, ..track };
                    Ok(Step::Decoded)
                }
                Err(reason) => Ok(self.end(Some(reason))),
            },
            DecodeError::DecodeError(_) => {
                self.damaged += 1;
                self.damaged_in_a_row += 1;
                let hopeless = self.damaged_in_a_row > MAX_DAMAGED_IN_A_ROW;
                Ok(if hopeless { self.end(Some("the rest is damaged".into())) } else { Step::Decoded })
            }
            other => Ok(self.end(Some(other.to_string()))),
        }
    }

    /// Marks the end and puts together what was wrong with the file.
    fn end(&mut self, reason: Option<String>) -> Step {
        self.ended = true;
        if self.rate_hz == 0 || self.warning.is_some() {
            return Step::Ended;
        }
        let (path, seconds) = (self.path.display(), self.position as f64 / f64::from(self.rate_hz));
        let announced = self.track.frames.filter(|frames| {
            !self.sought
                && self.position < *frames
                && (*frames - self.position) as f64 > *frames as f64 * MISSING_TOLERATED
        });
        self.warning = match (reason, announced) {
            (reason, Some(frames)) => {
                let whole_s = frames as f64 / f64::from(self.rate_hz);
                let reason = reason.unwrap_or_else(|| "the file is cut short".into());
                Some(format!("{path} could be read up to second {seconds:.1} of {whole_s:.1} only: {reason}"))
            }
            (Some(reason), None) => Some(format!("{path} could be read up to second {seconds:.1} only: {reason}")),
            (None, None) if self.damaged > 0 => {
                Some(format!("{path} is damaged in {} places, which were replaced by silence", self.damaged))
            }
            (None, None) => None,
        };
        Step::Ended
    }

    fn frames_to_ticks(&self, frame: u64) -> i64 {
        let ticks = match self.track.time_base {
            Some(base) => {
                let ticks_per_s = f64::from(base.denom.get()) / f64::from(base.numer.get());
                frame as f64 * ticks_per_s / f64::from(self.rate_hz)
            }
            None => frame as f64,
        };
        ticks.floor() as i64
    }

    fn ticks_to_frames(&self, ticks: i64) -> u64 {
        let frames = match self.track.time_base {
            Some(base) => {
                ticks as f64 * f64::from(base.numer.get()) / f64::from(base.denom.get()) * f64::from(self.rate_hz)
            }
            None => ticks as f64,
        };
        frames.max(0.0).round() as u64
    }
}

impl Source for FileSource {
    fn rate_hz(&self) -> u32 {
        self.rate_hz
    }

    fn channels(&self) -> u16 {
        self.channels
    }

    fn name(&self) -> String {
        self.path.display().to_string()
    }

    fn read(&mut self, out: &mut Vec<f32>, _timeout: Duration) -> Result<Read, AudioError> {
        let mut result = Ok(Step::Decoded);
        while self.ready.len() < BLOCK_FRAMES && !self.ended && result.is_ok() {
            result = self.step();
        }
        let nothing = self.ready.is_empty();
        out.append(&mut self.ready);
        result?;
        Ok(if nothing { Read::End } else { Read::Audio })
    }

    fn total_frames(&self) -> Option<u64> {
        self.track.frames
    }
}

/// Opens the file and finds out its format.
fn probe(path: &Path) -> Result<(Box<dyn FormatReader>, Option<u16>), AudioError> {
    let unreadable = |error: std::io::Error| AudioError::Unreadable { path: path.into(), reason: error.to_string() };
    let mut file = File::open(path).map_err(unreadable)?;
    let mut head = Vec::new();
    file.by_ref().take(16).read_to_end(&mut head).map_err(unreadable)?;
    if head.is_empty() {
        return Err(empty(path));
    }
    let unknown = |reason: &str| AudioError::UnknownFormat { path: path.into(), reason: reason.into() };
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    // The library searches the first megabyte for anything that looks like an mp3 frame, and finds one in any text.
    if !looks_like_sound(&head) && !matches!(extension.as_str(), "mp3" | "aac") {
        return Err(unknown("its first bytes are those of no known format"));
    }
    std::io::Seek::rewind(&mut file).map_err(unreadable)?;
    let (media, wide): (Box<dyn MediaSource>, Option<u16>) = match WideWav::new(file).map_err(unreadable)? {
        Ok(wide) => {
            let channels = wide.channels();
            (Box::new(wide), Some(channels))
        }
        Err(file) => (Box::new(file), None),
    };
    let stream = MediaSourceStream::new(media, Default::default());
    let mut hint = Hint::new();
    hint.with_extension(&extension);
    let probe = symphonia::default::get_probe();
    let format =
        probe.probe(&hint, stream, FormatOptions::default(), MetadataOptions::default()).map_err(
            |error| match error {
                DecodeError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                    unknown("it ends within its header")
                }
                DecodeError::IoError(error) => unreadable(error),
                other => unknown(&in_words(&other)),
            },
        )?;
    Ok((format, wide))
}

impl<R: std::io::Read + std::io::Seek + Send + Sync> MediaSource for WideWav<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(Self::byte_len(self))
    }
}

fn empty(path: &Path) -> AudioError {
    AudioError::Empty { path: path.into() }
}

/// Whether a file that begins like this may be one of the formats that can be read.
fn looks_like_sound(head: &[u8]) -> bool {
    const STARTS: [&[u8]; 4] = [b"RIFF", b"fLaC", b"OggS", b"ID3"];
    let mpeg_frame = head.len() >= 2 && head[0] == 0xff && head[1] & 0xe0 == 0xe0;
    mpeg_frame || STARTS.iter().any(|start| head.starts_with(start)) || head.get(4..8) == Some(b"ftyp".as_slice())
}

/// A decoder for the first audio track; the error is a reason in words.
fn make_decoder(format: &mut dyn FormatReader) -> Result<(Box<dyn AudioDecoder>, TrackFacts), String> {
    let track = format.default_track(TrackType::Audio).ok_or("no audio track of a known kind is in it")?;
    let parameters =
        track.codec_params.as_ref().and_then(|p| p.audio()).ok_or("its audio track is of an unknown kind")?;
    if parameters.codec == CODEC_ID_OPUS {
        return Err("it holds Opus sound; convert it to flac or wav first".into());
    }
    // Without a LAME tag the length of an mp3 is a guess from its first frames (as that of bare aac always is), and
    // trimming to it would cut off the end of files with a variable bit rate.
    let kind = format.format_info().short_name;
    let guessed = kind == "aac" || (parameters.codec == CODEC_ID_MP3 && track.padding.is_none());
    let options = AudioDecoderOptions::default().gapless(!guessed);
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &options)
        .map_err(|error| format!("there is no decoder for its kind of sound ({})", in_words(&error)))?;
    let unblocked = kind == "wave" && parameters.frames_per_block.is_none_or(|frames| frames == 1);
    let track = TrackFacts {
        id: track.id,
        time_base: track.time_base,
        frames: track.num_frames.filter(|frames| *frames > 0 && !guessed),
        run_up: 0,
        seeks_exactly: unblocked || (kind == "flac" && parameters.codec == CODEC_ID_FLAC),
    };
    Ok((decoder, track))
}

/// The library's reason without its prefixes.
fn in_words(error: &DecodeError) -> String {
    match error {
        DecodeError::Unsupported(what) if what.contains("moov") => {
            "its table of contents is missing, it is cut short".into()
        }
        DecodeError::Unsupported(what) | DecodeError::DecodeError(what) | DecodeError::LimitError(what) => {
            (*what).into()
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
