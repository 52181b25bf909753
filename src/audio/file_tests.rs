use super::*;
use crate::audio::tones::{Tone, ToneSource};
use std::fs;
use tempfile::TempDir;

/// A wav file; `format` 1 is 16-bit integers, 3 is 32-bit floats. Lengths in the header are those of `data`.
fn wav(format: u16, channels: u16, rate_hz: u32, data: &[u8]) -> Vec<u8> {
    let width = if format == 1 { 2 } else { 4 };
    let mut bytes = Vec::from(*b"RIFF");
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend(format.to_le_bytes());
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate_hz.to_le_bytes());
    bytes.extend((rate_hz * u32::from(channels * width)).to_le_bytes());
    bytes.extend((channels * width).to_le_bytes());
    bytes.extend((width * 8).to_le_bytes());
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

fn wav_16(channels: u16, rate_hz: u32, samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|s| ((s * 32_767.0) as i16).to_le_bytes()).collect();
    wav(1, channels, rate_hz, &data)
}

fn tone(rate_hz: u32, seconds: f64) -> Vec<f32> {
    ToneSource::new(Tone::Sine { hz: 440.0 }, 0.5, rate_hz, seconds).unwrap().samples()
}

fn write(bytes: &[u8], name: &str) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    (dir, path)
}

fn read_all(source: &mut FileSource) -> Vec<f32> {
    let mut out = Vec::new();
    while source.read(&mut out, Duration::ZERO).unwrap() == Read::Audio {}
    out
}

fn refusal(bytes: &[u8], name: &str) -> AudioError {
    let (_dir, path) = write(bytes, name);
    match FileSource::open(&path) {
        Err(error) => {
            assert!(error.to_string().contains(name), "{error} does not name the file");
            error
        }
        Ok(_) => panic!("{name} was accepted"),
    }
}

#[test]
fn a_wav_comes_out_as_it_went_in() {
    for rate_hz in [1, 8_000, 16_000, 44_100, 192_000] {
        let samples = tone(rate_hz, if rate_hz == 1 { 9.0 } else { 0.7 });
        let (_dir, path) = write(&wav_16(1, rate_hz, &samples), "a.wav");
        let mut source = FileSource::open(&path).unwrap();
        assert_eq!(
            (source.rate_hz(), source.channels(), source.total_frames()),
            (rate_hz, 1, Some(samples.len() as u64))
        );
        let out = read_all(&mut source);
        assert_eq!(out.len(), samples.len());
        assert!(out.iter().zip(&samples).all(|(a, b)| (a - b).abs() < 1e-4));
        assert_eq!(source.warning(), None);
    }
}

#[test]
fn channels_are_averaged() {
    for channels in [2_u16, 6] {
        let frame: Vec<f32> = (0..channels).map(|c| if c == 0 { 0.6 } else { 0.0 }).collect();
        let (_dir, path) = write(&wav_16(channels, 16_000, &frame.repeat(5_000)), "many.wav");
        let mut source = FileSource::open(&path).unwrap();
        assert_eq!(source.channels(), channels);
        let out = read_all(&mut source);
        assert_eq!(out.len(), 5_000);
        assert!(out.iter().all(|s| (s - 0.6 / f32::from(channels)).abs() < 1e-4));
    }
}

#[test]
fn what_is_no_number_becomes_silence_and_what_is_too_loud_is_limited() {
    let samples = [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 7.0, -7.0, 0.25];
    let data: Vec<u8> = samples.iter().flat_map(|s| s.to_le_bytes()).collect();
    let (_dir, path) = write(&wav(3, 1, 16_000, &data), "float.wav");
    let mut source = FileSource::open(&path).unwrap();
    assert_eq!(read_all(&mut source), [0.0, 0.0, 0.0, 1.0, -1.0, 0.25]);
    assert_eq!(source.non_finite(), 3);
}

#[test]
fn a_file_cut_short_gives_what_is_there_and_says_so() {
    let bytes = wav_16(1, 16_000, &tone(16_000, 2.0));
    let (_dir, path) = write(&bytes[..bytes.len() / 2], "cut.wav");
    let mut source = FileSource::open(&path).unwrap();
    let out = read_all(&mut source);
    // What is lost is at most the library's packet of 1152 frames.
    assert!((14_800..=16_000).contains(&out.len()), "{}", out.len());
    let warning = source.warning().unwrap();
    assert!(warning.contains("cut.wav") && warning.contains("of 2.0"), "{warning}");
}

#[test]
fn no_sound_is_an_error_of_its_own() {
    assert!(matches!(refusal(b"", "nothing.wav"), AudioError::Empty { .. }));
    assert!(matches!(refusal(&wav_16(1, 16_000, &[]), "zero.wav"), AudioError::Empty { .. }));
}

#[test]
fn what_is_no_recording_is_refused() {
    let text = "您好，这里是客户服务中心。\n".repeat(400);
    let mut seed = 1_u32;
    let mut noise = vec![0_u8; 200_000];
    for byte in &mut noise {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        *byte = (seed >> 24) as u8;
    }
    for (bytes, name) in [
        (text.as_bytes(), "text.txt"),
        (text.as_bytes(), "text.wav"),
        (text.as_bytes(), "text.mp3"),
        (noise.as_slice(), "noise.mp3"),
        (noise.as_slice(), "noise.bin"),
        (b"R".as_slice(), "one_byte.wav"),
        (b"RIFF".as_slice(), "four_bytes.wav"),
        (b"RIFF\x24\0\0\0WAVEfmt ".as_slice(), "header.wav"),
        (b"OggS".as_slice(), "four_bytes.ogg"),
        (b"fLaC\0\0".as_slice(), "header.flac"),
        (b"\0\0\0\x20ftypM4A ".as_slice(), "header.m4a"),
        (b"%PDF-1.7 and so on".as_slice(), "document.pdf"),
    ] {
        let error = refusal(bytes, name);
        assert!(matches!(error, AudioError::UnknownFormat { .. }), "{name}: {error}");
    }
}

#[test]
fn a_missing_file_and_a_folder_are_unreadable() {
    let dir = TempDir::new().unwrap();
    for path in [dir.path().join("missing.wav"), dir.path().to_path_buf()] {
        assert!(matches!(FileSource::open(&path), Err(AudioError::Unreadable { .. })));
    }
}

#[test]
fn damaged_recordings_never_panic() {
    let good = wav_16(2, 16_000, &tone(16_000, 0.3));
    let mut seed = 7_u32;
    let mut random = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize
    };
    for _ in 0..300 {
        let mut bytes = good.clone();
        for _ in 0..1 + random() % 6 {
            let at = random() % 60;
            bytes[at] = random() as u8;
        }
        let (_dir, path) = write(&bytes, "damaged.wav");
        if let Ok(mut source) = FileSource::open(&path) {
            assert!(read_all(&mut source).iter().all(|s| s.is_finite()));
        }
    }
}

#[test]
fn seeking_lands_on_the_frame() {
    let samples: Vec<f32> = (0..50_000).map(|n| n as f32 / 50_000.0).collect();
    let (_dir, path) = write(&wav_16(1, 16_000, &samples), "ramp.wav");
    let mut source = FileSource::open(&path).unwrap();
    for frame in [0_u64, 1, 1_151, 1_152, 30_000, 49_999, 5] {
        source.seek(frame).unwrap();
        let mut out = Vec::new();
        assert_eq!(source.read(&mut out, Duration::ZERO).unwrap(), Read::Audio);
        assert!((out[0] - samples[frame as usize]).abs() < 1e-4, "{frame}: {}", out[0]);
    }
    source.seek(50_000).unwrap();
    assert_eq!(source.read(&mut Vec::new(), Duration::ZERO).unwrap(), Read::End);
    source.seek(49_990).unwrap();
    assert_eq!(read_all(&mut source).len(), 10);
}

#[test]
fn a_wav_from_a_pipe_has_no_length_and_is_not_cut_short() {
    let samples = tone(16_000, 0.5);
    let mut bytes = wav_16(1, 16_000, &samples);
    bytes[4..8].fill(0xff);
    bytes[40..44].fill(0xff);
    let (_dir, path) = write(&bytes, "pipe.wav");
    let mut source = FileSource::open(&path).unwrap();
    assert_eq!(source.total_frames(), None);
    assert_eq!(read_all(&mut source).len(), samples.len());
    assert_eq!(source.warning(), None);
}
