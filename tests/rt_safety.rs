//! The audio callbacks allocate nothing, whatever the device delivers and however full the ring is.
#![cfg(feature = "mic")]

use cpal::{FromSample, I24, SizedSample, U24};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;
use std::time::Instant;
use voicemirror::audio::capture::{CaptureReader, CaptureWriter, Counters, Piece, ring};
use voicemirror::audio::mic::write_block;
use voicemirror::audio::playback::PlaybackFeed;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

struct Counting;

// The one unsafe block of the project's tests: an allocator cannot be written without, and it only forwards.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        ALLOCATIONS.with(|count| count.set(count.get() + 1));
        unsafe { System.realloc(pointer, layout, new_size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations and releases on this thread while `work` runs.
fn allocations(work: impl FnOnce()) -> u64 {
    let before = ALLOCATIONS.with(Cell::get);
    work();
    ALLOCATIONS.with(Cell::get) - before
}

const LENGTHS: [usize; 22] =
    [1, 2, 3, 5, 16, 31, 64, 100, 128, 160, 255, 441, 480, 512, 1023, 1024, 2048, 4095, 4096, 4800, 8191, 8192];

fn pair(channels: u16) -> (CaptureWriter, CaptureReader) {
    ring(8_000, channels, Arc::new(Counters::default()), Instant::now())
}

fn capture_all<T: SizedSample>()
where
    f32: FromSample<T>,
{
    for channels in [1, 2, 32] {
        // Empty ring, with a reader that keeps up.
        let (mut writer, mut reader) = pair(channels);
        let mut out = Vec::with_capacity(1 << 16);
        for len in LENGTHS {
            let data = vec![T::EQUILIBRIUM; len * usize::from(channels)];
            assert_eq!(
                allocations(|| write_block(&mut writer, &data)),
                0,
                "{len} frames of {} × {channels}",
                T::FORMAT
            );
            assert_eq!(allocations(|| write_block(&mut writer, &data[1..])), 0, "a broken frame");
            out.clear();
            while reader.next(&mut out, 1 << 15) != Piece::Nothing {}
        }
        // Full ring, and after a while a full ring of marks.
        for _ in 0..40 {
            for len in LENGTHS {
                let data = vec![T::EQUILIBRIUM; len * usize::from(channels)];
                writer.progress().note_overrun();
                assert_eq!(allocations(|| write_block(&mut writer, &data)), 0, "{len} frames into a full ring");
            }
            out.clear();
            reader.next(&mut out, 1);
        }
    }
}

#[test]
fn capturing_does_not_allocate() {
    capture_all::<i8>();
    capture_all::<i16>();
    capture_all::<I24>();
    capture_all::<i32>();
    capture_all::<i64>();
    capture_all::<u8>();
    capture_all::<u16>();
    capture_all::<U24>();
    capture_all::<u32>();
    capture_all::<u64>();
    capture_all::<f32>();
    capture_all::<f64>();
}

#[test]
fn every_length_up_to_8192_is_safe() {
    let (mut writer, mut reader) = pair(2);
    let data = vec![0.25_f32; 2 * 8_192];
    let mut out = Vec::with_capacity(1 << 16);
    for len in 1..=8_192 {
        assert_eq!(allocations(|| write_block(&mut writer, &data[..2 * len])), 0, "{len} frames");
        if len % 3 == 0 {
            out.clear();
            while reader.next(&mut out, 1 << 15) != Piece::Nothing {}
        }
    }
}

#[test]
fn playing_does_not_allocate() {
    for channels in [1, 2, 32] {
        let (mut producer, mut feed) = PlaybackFeed::with_ring(8_000, channels);
        for len in LENGTHS {
            let mut floats = vec![0.0_f32; len * usize::from(channels)];
            let mut unsigned = vec![0_u16; len * usize::from(channels)];
            assert_eq!(allocations(|| feed.fill(&mut floats)), 0, "{len} frames out of an empty ring");
            let _ = producer.push_partial_slice(&floats);
            assert_eq!(allocations(|| feed.fill(&mut unsigned)), 0, "{len} frames");
        }
    }
}

#[test]
fn the_counting_works() {
    assert!(allocations(|| drop(vec![0_u8; 100])) >= 2);
}

#[test]
fn every_format_keeps_its_level() {
    fn level<T: SizedSample + FromSample<f32>>() -> f32
    where
        f32: FromSample<T>,
    {
        let (mut writer, mut reader) = pair(1);
        write_block(&mut writer, &[T::from_sample_(-0.5_f32), T::EQUILIBRIUM]);
        let mut out = Vec::new();
        reader.next(&mut out, 10);
        assert_eq!(out[1], 0.0, "{}", T::FORMAT);
        out[0]
    }
    let levels = [
        level::<i8>(),
        level::<i16>(),
        level::<I24>(),
        level::<i32>(),
        level::<i64>(),
        level::<u8>(),
        level::<u16>(),
        level::<U24>(),
        level::<u32>(),
        level::<u64>(),
        level::<f32>(),
        level::<f64>(),
    ];
    assert!(levels.iter().all(|level| (level + 0.5).abs() < 0.01), "{levels:?}");
}
