use super::*;
use crate::time::SAMPLE_RATE_HZ;
use proptest::prelude::*;

const RATE: f32 = SAMPLE_RATE_HZ as f32;

fn track(samples: &[f32]) -> Vec<Pitch> {
    let mut tracker = PitchTracker::new();
    let mut padded = samples.to_vec();
    padded.extend(vec![0.0; DELAY_BLOCKS * FRAME_SAMPLES]);
    padded.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|block| tracker.push(block)).collect()
}

fn harmonics(f0_hz: f32, numbers: &[u32], seconds: f32) -> Vec<f32> {
    (0..(seconds * RATE) as usize)
        .map(|i| {
            let t = i as f32 / RATE;
            numbers.iter().map(|&n| 0.1 * (std::f32::consts::TAU * f0_hz * n as f32 * t).sin()).sum()
        })
        .collect()
}

fn white_noise(seconds: f32, peak: f32) -> Vec<f32> {
    let mut state = 1_u32;
    (0..(seconds * RATE) as usize)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            peak * (state as f32 / u32::MAX as f32 * 2.0 - 1.0)
        })
        .collect()
}

fn mixed(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

fn semitones(a_hz: f32, b_hz: f32) -> f32 {
    12.0 * (a_hz / b_hz).log2()
}

fn voiced(answers: &[Pitch]) -> usize {
    answers.iter().filter(|answer| answer.f0_hz > 0.0).count()
}

/// Voiced stretches of 0.4 s at 90 to 250 Hz with 0.2 s of silence between them.
fn syllables() -> Vec<f32> {
    let mut sound = vec![0.0; 4800];
    for f0_hz in [120.0, 180.0, 90.0, 250.0, 140.0] {
        sound.extend(harmonics(f0_hz, &[1, 2, 3, 4, 5], 0.4));
        sound.extend(vec![0.0; 3200]);
    }
    sound
}

#[test]
fn a_frame_is_final_within_60_ms_of_its_centre() {
    let centre_to_block_end_ms = 5;
    assert!(DELAY_BLOCKS * 10 + centre_to_block_end_ms <= 60);
    let mut tracker = PitchTracker::new();
    let first = (0..100).position(|_| tracker.push(&[0.0; FRAME_SAMPLES]).is_some());
    assert_eq!(first, Some(DELAY_BLOCKS));
}

#[test]
fn tones_are_measured_within_a_tenth_of_a_semitone() {
    for f0_hz in [52.0, 65.0, 82.4, 100.0, 110.0, 150.0, 220.0, 311.0, 440.0, 523.0, 590.0] {
        let answers = track(&harmonics(f0_hz, &[1, 2, 3, 4], 0.6));
        for answer in &answers[10..50] {
            let error = semitones(answer.f0_hz, f0_hz).abs();
            // Barely two periods fit into the window at the floor.
            let allowed = if f0_hz < 60.0 { 0.2 } else { 0.1 };
            assert!(error < allowed, "{f0_hz} Hz was heard as {} Hz", answer.f0_hz);
        }
    }
}

#[test]
fn a_pure_tone_is_heard() {
    for f0_hz in [80.0, 210.0, 580.0] {
        let answers = track(&harmonics(f0_hz, &[1], 0.6));
        assert!(semitones(answers[30].f0_hz, f0_hz).abs() < 0.1, "{f0_hz} Hz: {:?}", answers[30]);
    }
}

#[test]
fn a_missing_fundamental_is_still_heard() {
    for f0_hz in [85.0, 150.0, 260.0] {
        let answers = track(&harmonics(f0_hz, &[3, 4, 5, 6], 0.6));
        assert!(semitones(answers[30].f0_hz, f0_hz).abs() < 0.2, "{f0_hz} Hz: {:?}", answers[30]);
    }
}

#[test]
fn sweeps_are_followed_both_ways() {
    let seconds = 3.0;
    for (from_hz, to_hz) in [(60.0_f32, 550.0_f32), (550.0, 60.0)] {
        let at = |t: f32| from_hz * (to_hz / from_hz).powf(t / seconds);
        let mut phase = 0.0_f32;
        let sweep: Vec<f32> = (0..(seconds * RATE) as usize)
            .map(|i| {
                phase = (phase + at(i as f32 / RATE) / RATE).fract();
                (1..5).map(|n| 0.1 * (std::f32::consts::TAU * phase * n as f32).sin()).sum()
            })
            .collect();
        for (frame, answer) in track(&sweep).iter().enumerate().take(290).skip(10) {
            let truth_hz = at((frame as f32 + 0.5) * 0.01);
            let error = semitones(answer.f0_hz, truth_hz).abs();
            assert!(error < 0.5, "frame {frame}: {truth_hz} Hz was heard as {} Hz", answer.f0_hz);
        }
    }
}

#[test]
fn silence_and_noise_are_unvoiced() {
    assert_eq!(voiced(&track(&vec![0.0; 16_000])), 0);
    for peak in [0.001, 0.05, 0.8] {
        let count = voiced(&track(&white_noise(4.0, peak)));
        assert!(count < 8, "{count} of 400 frames of white noise were called voiced");
    }
}

#[test]
fn a_voice_in_noise_is_heard() {
    // Power of the tone 0.02, of the noise 0.002: 10 dB.
    let sound = mixed(&harmonics(130.0, &[1, 2, 3, 4], 2.0), &white_noise(2.0, 0.077));
    let right = track(&sound).iter().filter(|a| a.f0_hz > 0.0 && semitones(a.f0_hz, 130.0).abs() < 0.5).count();
    assert!(right > 190, "{right} of 200 frames");
}

#[test]
fn hum_is_no_voice() {
    for mains_hz in [50.0, 60.0] {
        let hum: Vec<f32> = harmonics(mains_hz, &[1, 2, 3, 4, 5, 6], 4.0).iter().map(|x| 0.03 * x).collect();
        let count = voiced(&track(&hum));
        assert!(count < 20, "{count} of 400 frames of hum at {mains_hz} Hz were called voiced");
    }
}

#[test]
fn a_voice_over_hum_is_heard_and_the_hum_between_is_not() {
    let voice = syllables();
    let clean = track(&voice);
    for mains_hz in [50.0, 60.0] {
        let hum = harmonics(mains_hz, &[1, 2, 3, 5, 7], voice.len() as f32 / RATE + 0.1);
        let quiet_hum: Vec<f32> = hum.iter().map(|x| 0.1 * x).collect();
        let with_hum = track(&mixed(&voice, &quiet_hum));
        let differing = clean
            .iter()
            .zip(&with_hum)
            .filter(|(a, b)| match (a.f0_hz > 0.0, b.f0_hz > 0.0) {
                (true, true) => semitones(a.f0_hz, b.f0_hz).abs() > 1.0,
                (a, b) => a != b,
            })
            .count();
        assert!(differing * 10 < clean.len(), "{differing} of {} frames, {mains_hz} Hz", clean.len());
    }
}

#[test]
fn loudness_does_not_move_pitch() {
    let voice = mixed(&syllables(), &white_noise(3.3, 0.003));
    for gain in [0.125_f32, 0.04, 2.0] {
        let scaled: Vec<f32> = voice.iter().map(|x| x * gain).collect();
        let pairs: Vec<_> = track(&voice).into_iter().zip(track(&scaled)).collect();
        let moved = pairs.iter().filter(|(a, b)| (a.f0_hz - b.f0_hz).abs() > 0.05).count();
        assert!(moved <= 2, "{moved} of {} frames moved by a gain of {gain}", pairs.len());
    }
}

#[test]
fn a_later_start_moves_the_answers_only() {
    let voice = mixed(&syllables(), &white_noise(3.3, 0.003));
    let noise = white_noise(5.0, 0.003);
    let late = [&noise[..37 * FRAME_SAMPLES], &voice].concat();
    let (first, second) = (track(&voice), track(&late));
    let moved = first.iter().zip(&second[37..]).skip(30).filter(|(a, b)| (a.f0_hz - b.f0_hz).abs() > 0.05).count();
    assert!(moved <= 2, "{moved} frames");
}

#[test]
fn an_hour_later_it_measures_the_same() {
    let voice = syllables();
    let mut tracker = PitchTracker::new();
    let mut listen = || -> Vec<f32> {
        voice.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|b| tracker.push(b)).map(|p| p.f0_hz).collect()
    };
    listen();
    let second = listen();
    let mut last = Vec::new();
    for _ in 0..300 {
        last = listen();
    }
    let moved = second.iter().zip(&last).filter(|(a, b)| (*a - *b).abs() > 0.05).count();
    assert!(moved <= 2, "{moved} frames");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_input_gives_finite_output(
        blocks in prop::collection::vec((any::<u32>(), -45.0_f32..45.0, 0_u8..4), 5..60)
    ) {
        let mut tracker = PitchTracker::new();
        for (seed, exponent, kind) in blocks {
            let mut state = seed;
            let scale = 10_f32.powf(exponent).clamp(0.0, f32::MAX);
            let block = std::array::from_fn(|i| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                match kind {
                    0 => f32::from_bits(state),
                    1 => scale,
                    2 => scale * (i as f32 * 0.1).sin(),
                    _ => scale * (state as f32 / u32::MAX as f32 - 0.5),
                }
            });
            if let Some(pitch) = tracker.push(&block) {
                prop_assert!(pitch.f0_hz == 0.0 || (FLOOR_HZ..=CEILING_HZ).contains(&pitch.f0_hz));
                prop_assert!((0.0..=1.0).contains(&pitch.voicing));
            }
        }
    }
}
