//! Rules of the analyzers that must hold for any voice: loudness does not move pitch, and a later start moves the
//! times and nothing else.

mod common;

use common::golden;
use proptest::prelude::*;
use voicemirror::analysis::pitch::{DELAY_BLOCKS, Pitch, PitchTracker};
use voicemirror::session::event::SessionEvent;
use voicemirror::session::timeline::Timeline;
use voicemirror::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

/// Seconds of the golden recording that are used.
const SECONDS: usize = 10;

fn voice() -> Vec<f32> {
    golden("calm").samples[..SECONDS * SAMPLE_RATE_HZ as usize].to_vec()
}

fn track(samples: &[f32]) -> Vec<Pitch> {
    let mut tracker = PitchTracker::new();
    let tail = vec![0.0; DELAY_BLOCKS * FRAME_SAMPLES];
    let all = [samples, &tail].concat();
    all.as_chunks::<FRAME_SAMPLES>().0.iter().filter_map(|block| tracker.push(block)).collect()
}

fn measured(samples: &[f32]) -> Timeline {
    Timeline::of(&common::pipeline_events(samples, &mut |rest| rest, &Default::default()))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(12) })]

    #[test]
    fn gain_does_not_move_pitch(gain_db in -30.0_f32..12.0) {
        let voice = voice();
        let gain = 10f32.powf(gain_db / 20.0);
        let louder: Vec<f32> = voice.iter().map(|x| x * gain).collect();
        let (before, after) = (track(&voice), track(&louder));
        let both = before.iter().zip(&after);
        let changed = both.clone().filter(|(a, b)| (a.f0_hz > 0.0) != (b.f0_hz > 0.0)).count();
        prop_assert!(changed * 200 <= before.len(), "{changed} of {} frames changed voicing at {gain_db} dB", before.len());
        for (a, b) in both.filter(|(a, b)| a.f0_hz > 0.0 && b.f0_hz > 0.0) {
            prop_assert!((a.f0_hz / b.f0_hz - 1.0).abs() < 0.002, "{a:?} became {b:?} at {gain_db} dB");
        }
    }

    #[test]
    fn gain_moves_no_end_of_speech_by_more_than_a_frame_or_two(gain_db in -20.0_f32..6.0) {
        let voice = voice();
        let gain = 10f32.powf(gain_db / 20.0);
        let louder: Vec<f32> = voice.iter().map(|x| x * gain).collect();
        let (before, after) = (measured(&voice), measured(&louder));
        prop_assert_eq!(before.speech.len(), after.speech.len());
        for (a, b) in before.speech.iter().zip(&after.speech) {
            let moved = (a.start.seconds() - b.start.seconds()).abs().max((a.end.seconds() - b.end.seconds()).abs());
            prop_assert!(moved <= 0.02, "{a:?} became {b:?} at {gain_db} dB");
        }
    }

    #[test]
    fn a_later_start_moves_times_and_nothing_else(seconds in 1_usize..6) {
        let voice = voice();
        let shift = seconds * SAMPLE_RATE_HZ as usize;
        let later = [vec![0.0; shift], voice.clone()].concat();
        let (before, after) = (measured(&voice), measured(&later));
        prop_assert_eq!(before.speech.len(), after.speech.len());
        for (a, b) in before.speech.iter().zip(&after.speech) {
            prop_assert_eq!((a.start + shift as u64, a.end + shift as u64), (b.start, b.end));
        }
        let same = before.frames.iter().zip(&after.frames[shift / FRAME_SAMPLES..]).filter(|(a, b)| {
            (a.f0_hz - b.f0_hz).abs() < 0.02 && (a.level_db - b.level_db).abs() < 0.11 && a.speech == b.speech
        });
        let share = same.count() as f32 / before.frames.len() as f32;
        prop_assert!(share > 0.99, "only {share} of the frames are the same after {seconds} s of silence");
        prop_assert_eq!(before.pauses.len(), after.pauses.len());
    }
}

#[test]
fn measurements_know_nothing_of_the_profile() {
    let events = common::pipeline_events(&voice(), &mut |rest| rest, &Default::default());
    let judged = events.iter().filter(|event| !event.is_measurement()).count();
    let strict = voicemirror::engine::judge::rejudge(&events, &strict_profile());
    let measurements = |events: &[SessionEvent]| -> Vec<SessionEvent> {
        let kept = events.iter().filter(|event| event.is_measurement());
        kept.filter(|event| !matches!(event, SessionEvent::Started(_))).cloned().collect()
    };
    assert_eq!(measurements(&events), measurements(&strict));
    assert!(strict.len() - measurements(&strict).len() > judged, "a strict profile raises more flags");
}

fn strict_profile() -> voicemirror::session::profile::Profile {
    let mut profile = voicemirror::practice::profile::STANDARD.clone();
    profile.pause.dead_air_watch_s = 0.5;
    profile.loudness.quiet_db = 0.0;
    profile
}
