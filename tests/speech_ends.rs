//! Where speech begins and ends, on the project's own recordings: as they are, quieter, louder, through a telephone,
//! in noise. A pause counts as found when both its ends lie within 80 ms of the truth.

mod common;

use common::{Golden, demo, golden};
use voicemirror::analysis::loudness::power_db;
use voicemirror::analysis::vad::{Change, DELAY_BLOCKS, VoiceDetector};
use voicemirror::time::FRAME_SAMPLES;

const RATE_HZ: f32 = 16_000.0;
const TOLERANCE_S: f64 = 0.08;
const LEAST_PAUSE_S: f64 = 0.25;

fn recordings() -> Vec<Golden> {
    ["calm", "flat", "rushed", "pauses"].map(golden).into_iter().chain([demo()]).collect()
}

/// Stretches of speech, seconds; the changes must alternate, move on, and be announced soon.
fn speech(samples: &[f32]) -> Vec<(f64, f64)> {
    let mut detector = VoiceDetector::new();
    let (mut spans, mut started, mut last_power) = (Vec::new(), None, 0.0);
    let seconds = |frame: usize| frame as f64 * FRAME_SAMPLES as f64 / f64::from(RATE_HZ);
    let blocks = samples.as_chunks::<FRAME_SAMPLES>().0;
    let mut take = |change: Option<Change>, now: usize| match change {
        Some(Change::Started(frame)) => {
            assert!(now - frame < 60, "speech at {frame} was announced at {now}");
            assert!(spans.last().is_none_or(|&(_, end)| end <= seconds(frame)), "speech begins before the last ended");
            assert_eq!(started.replace(frame), None);
        }
        Some(Change::Ended(frame)) => {
            let start = started.take().expect("a start before the end");
            assert!(start < frame && frame <= now + 1, "{start} to {frame} at {now}");
            spans.push((seconds(start), seconds(frame)));
        }
        None => {}
    };
    let after = [[0.0; FRAME_SAMPLES]; DELAY_BLOCKS];
    for (now, block) in blocks.iter().chain(&after).enumerate() {
        let power = block.iter().map(|x| x * x).sum::<f32>() / FRAME_SAMPLES as f32;
        take(detector.push(block, power_db((power + last_power) / 2.0)).change, now);
        last_power = power;
    }
    take(detector.finish(blocks.len()), blocks.len());
    spans
}

/// Agreement (F1) of the pauses in all recordings, each changed by `change`.
fn agreement(change: impl Fn(&Golden) -> Vec<f32>) -> f64 {
    let (mut found, mut reported, mut true_ones) = (0, 0, 0);
    for recording in recordings() {
        let spans = speech(&change(&recording));
        let mut pauses: Vec<(f64, f64)> = spans.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect();
        pauses.retain(|(start, end)| end - start >= LEAST_PAUSE_S - 1e-9);
        reported += pauses.len();
        true_ones += recording.truth.pauses.len();
        for truth in &recording.truth.pauses {
            let near = |(start, end): &(f64, f64)| {
                (start - truth.start).abs() <= TOLERANCE_S && (end - truth.end).abs() <= TOLERANCE_S
            };
            if let Some(index) = pauses.iter().position(near) {
                pauses.swap_remove(index);
                found += 1;
            }
        }
    }
    2.0 * f64::from(found) / (reported + true_ones) as f64
}

fn gain(samples: &[f32], gain_db: f32) -> Vec<f32> {
    let factor = 10.0_f32.powf(gain_db / 20.0);
    samples.iter().map(|x| (x * factor * 32_768.0).round().clamp(-32_768.0, 32_767.0) / 32_768.0).collect()
}

/// Adds noise at this ratio to the speech: white, or dull as that of a fan (6 dB per octave above 250 Hz).
fn in_noise(recording: &Golden, snr_db: f32, dull: bool) -> Vec<f32> {
    let (mut state, mut last) = (0x1357_9bdf_u32, 0.0);
    let noise = recording.samples.iter().map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let white = state as f32 / u32::MAX as f32 - 0.5;
        last += 0.094 * (white - last);
        if dull { last } else { white }
    });
    let noise: Vec<f32> = noise.collect();
    let power = |samples: &[f32]| samples.iter().map(|x| x * x).sum::<f32>() / samples.len() as f32;
    let inside: Vec<f32> = recording
        .truth
        .clauses
        .iter()
        .flat_map(|clause| {
            let at = |seconds: f64| (seconds * f64::from(RATE_HZ)) as usize;
            recording.samples[at(clause.start)..at(clause.end).min(recording.samples.len())].iter().copied()
        })
        .collect();
    let factor = (power(&inside) / power(&noise)).sqrt() * 10.0_f32.powf(-snr_db / 20.0);
    recording.samples.iter().zip(&noise).map(|(x, noise)| x + factor * noise).collect()
}

/// The band of a telephone: 300 to 3400 Hz, 12 dB per octave either side.
fn telephone(samples: &[f32]) -> Vec<f32> {
    let pole = |hz: f32| 1.0 - (-std::f32::consts::TAU * hz / RATE_HZ).exp();
    let (low, high) = (pole(300.0), pole(3400.0));
    let mut state = [0.0; 4];
    let filter = |x: &f32| {
        state[0] += low * (x - state[0]);
        let once = x - state[0];
        state[1] += low * (once - state[1]);
        state[2] += high * (once - state[1] - state[2]);
        state[3] += high * (state[2] - state[3]);
        state[3]
    };
    samples.iter().map(filter).collect()
}

#[test]
fn pauses_are_found_in_the_recordings_as_they_are_and_at_other_gains() {
    for gain_db in [0.0, -25.0, 12.0] {
        let f1 = agreement(|recording| gain(&recording.samples, gain_db));
        assert!(f1 >= 0.97, "F1 {f1:.3} at a gain of {gain_db} dB");
    }
}

#[test]
fn pauses_are_found_through_a_telephone() {
    let f1 = agreement(|recording| telephone(&recording.samples));
    assert!(f1 >= 0.95, "F1 {f1:.3}");
}

#[test]
fn pauses_are_found_in_noise() {
    for (snr_db, dull, least) in
        [(25.0, false, 0.95), (25.0, true, 0.95), (20.0, false, 0.90), (20.0, true, 0.92), (15.0, true, 0.88)]
    {
        let f1 = agreement(|recording| in_noise(recording, snr_db, dull));
        assert!(f1 >= least, "F1 {f1:.3} at {snr_db} dB over noise (dull: {dull})");
    }
}

#[test]
fn speech_is_found_in_loud_noise() {
    for dull in [false, true] {
        for recording in recordings() {
            let spans = speech(&in_noise(&recording, 10.0, dull));
            for clause in &recording.truth.clauses {
                let heard: f64 =
                    spans.iter().map(|(start, end)| (end.min(clause.end) - start.max(clause.start)).max(0.0)).sum();
                assert!(heard >= 0.7 * (clause.end - clause.start), "{}: {} is lost", recording.name, clause.text);
            }
        }
    }
}

#[test]
fn the_first_word_needs_no_silence_before_it() {
    for recording in recordings() {
        let first = &recording.truth.clauses[0];
        let from = (first.start * f64::from(RATE_HZ)) as usize;
        let spans = speech(&recording.samples[from..]);
        let (start, end) = spans[0];
        assert!(
            start <= 0.06 && (end - (first.end - first.start)).abs() <= TOLERANCE_S,
            "{}: {spans:?}",
            recording.name
        );
    }
}

#[test]
fn digital_silence_between_clauses_is_a_pause_and_noise_may_follow_it() {
    let gated = |recording: &Golden| {
        let mut samples = vec![0.0; recording.samples.len()];
        for clause in &recording.truth.clauses {
            let at = |seconds: f64| ((seconds * f64::from(RATE_HZ)) as usize).min(samples.len());
            let (start, end) = (at(clause.start), at(clause.end));
            samples[start..end].copy_from_slice(&recording.samples[start..end]);
        }
        samples
    };
    let f1 = agreement(gated);
    assert!(f1 >= 0.97, "F1 {f1:.3} with digital silence");
    let f1 = agreement(|recording| {
        let half = recording.samples.len() / 2;
        let mut samples = gated(recording);
        samples[half..].copy_from_slice(&in_noise(recording, 30.0, true)[half..]);
        samples
    });
    assert!(f1 >= 0.90, "F1 {f1:.3} with noise after digital silence");
}

#[test]
fn a_jump_of_the_gain_costs_little() {
    for gain_db in [-20.0, 20.0] {
        let f1 = agreement(|recording| {
            let half = recording.samples.len() / 2;
            let (before_db, after_db) = if gain_db > 0.0 { (-gain_db, 0.0) } else { (0.0, gain_db) };
            let mut samples = gain(&recording.samples, before_db);
            samples[half..].copy_from_slice(&gain(&recording.samples, after_db)[half..]);
            samples
        });
        assert!(f1 >= 0.90, "F1 {f1:.3} with the gain changed by {gain_db} dB");
    }
}
