//! Filled pauses, fading ends and tremor on the project's own recordings, as the pipeline's frames give them.

mod common;

use common::{golden, pipeline_events};
use std::f32::consts::{PI, TAU};
use voicemirror::analysis::tremor::tremor;
use voicemirror::session::event::{Fade, Filler, Frame, SessionEvent};
use voicemirror::time::{FRAME_SAMPLES, SAMPLE_RATE_HZ};

const RATE: f32 = SAMPLE_RATE_HZ as f32;
/// Silence on each side of what is put into a recording, seconds.
const APART_S: f32 = 0.4;
/// The bundled profiles' limit.
const FADING_DB: f32 = 10.0;

fn frames_of(samples: &[f32]) -> Vec<Frame> {
    let mut frames = Vec::new();
    for event in pipeline_events(samples, &mut |rest| rest, &Default::default()) {
        if let SessionEvent::Frames(block) = event {
            frames.extend(block.frames());
        }
    }
    frames
}

fn fillers(samples: &[f32]) -> Vec<Filler> {
    let events = pipeline_events(samples, &mut |rest| rest, &Default::default());
    let filler = |event| if let SessionEvent::Filler(filler) = event { Some(filler) } else { None };
    events.into_iter().filter_map(filler).collect()
}

fn fades(samples: &[f32]) -> Vec<Fade> {
    let events = pipeline_events(samples, &mut |rest| rest, &Default::default());
    let fade = |event| if let SessionEvent::Fade(fade) = event { Some(fade) } else { None };
    events.into_iter().filter_map(fade).collect()
}

/// A held sound by source and filter: a shaky pulse train through three formants, faded in and out over 30 ms.
fn held(seconds: f32, f0_hz: (f32, f32), formants_hz: [f32; 3]) -> Vec<f32> {
    let bandwidths_hz = if formants_hz[0] < 300.0 { [60.0, 600.0, 800.0] } else { [70.0, 90.0, 140.0] };
    let count = (seconds * RATE) as usize;
    let mut state = 3_u32;
    let mut random = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state as f32 / u32::MAX as f32 - 0.5
    };
    let (mut phase, mut glottis, mut period) = (0.0_f32, 0.0_f32, 1.0_f32);
    let mut memory = [[0.0_f32; 2]; 3];
    let mut sound: Vec<f32> = (0..count)
        .map(|i| {
            let along = i as f32 / count as f32;
            phase += (f0_hz.0 + (f0_hz.1 - f0_hz.0) * along) / RATE / period;
            glottis *= 0.97;
            if phase >= 1.0 {
                phase -= 1.0;
                // One per cent of jitter.
                period = 1.0 + 0.02 * random();
                glottis += 1.0;
            }
            let breath = 0.003 * random();
            let mut x = glottis + breath;
            for ((y, hz), bandwidth_hz) in memory.iter_mut().zip(formants_hz).zip(bandwidths_hz) {
                let r = (-PI * bandwidth_hz / RATE).exp();
                let (a1, a2) = (2.0 * r * (TAU * hz / RATE).cos(), -r * r);
                x = (1.0 - a1 - a2) * x + a1 * y[0] + a2 * y[1];
                *y = [x, y[0]];
            }
            x * (i.min(count - i) as f32 / (0.03 * RATE)).min(1.0)
        })
        .collect();
    let rms = (sound.iter().map(|x| x * x).sum::<f32>() / count as f32).sqrt();
    sound.iter_mut().for_each(|x| *x *= 0.07 / rms);
    sound
}

/// `recording` with `sound` between silences put into the middle of pause number `pause`; also where it begins, in s.
fn with_sound(recording: &common::Golden, pause: usize, sound: &[f32]) -> (Vec<f32>, f64) {
    let gap = &recording.truth.pauses[pause];
    let (before, after) = recording.samples.split_at(((gap.start + gap.end) / 2.0 * f64::from(RATE)) as usize);
    let silence = vec![0.0; (APART_S * RATE) as usize];
    let at_s = (before.len() + silence.len()) as f64 / f64::from(RATE);
    ([before, &silence, sound, &silence, after].concat(), at_s)
}

#[test]
fn no_recording_of_the_project_has_a_filled_pause() {
    for name in ["calm", "flat", "pauses", "rushed"] {
        assert_eq!(fillers(&golden(name).samples), [], "{name}");
    }
}

#[test]
fn a_filled_pause_between_clauses_is_found_where_it_is() {
    let calm = golden("calm");
    let sounds = [
        ("嗯", held(0.45, (205.0, 196.0), [270.0, 1000.0, 2300.0])),
        ("呃", held(0.40, (205.0, 192.0), [520.0, 1300.0, 2600.0])),
        ("嗯", held(0.80, (190.0, 186.0), [250.0, 1100.0, 2400.0])),
    ];
    for (text, sound) in &sounds {
        for pause in 1..calm.truth.pauses.len() {
            let (samples, at_s) = with_sound(&calm, pause, sound);
            let found = fillers(&samples);
            assert_eq!(found.len(), 1, "{text} in pause {pause}: {found:?}");
            assert_eq!(found[0].text, *text);
            assert!((found[0].span.start.seconds() - at_s).abs() < 0.1, "{found:?} should begin at {at_s}");
            assert!((found[0].span.seconds() - sound.len() as f64 / f64::from(RATE)).abs() < 0.12, "{found:?}");
        }
    }
}

#[test]
fn gain_and_time_shift_do_not_change_what_is_found() {
    let calm = golden("calm");
    let (samples, _) = with_sound(&calm, 3, &held(0.5, (200.0, 195.0), [270.0, 1000.0, 2300.0]));
    let found = fillers(&samples);
    assert_eq!(found.len(), 1);
    let quiet: Vec<f32> = samples.iter().map(|x| x * 0.25).collect();
    assert_eq!(fillers(&quiet).len(), 1);
    let mut later = vec![0.0; 100 * FRAME_SAMPLES];
    later.extend(&samples);
    let found_later = fillers(&later);
    assert_eq!(found_later.len(), 1);
    let shift = found_later[0].span.start - found[0].span.start;
    assert!(shift.abs_diff(100 * FRAME_SAMPLES as u64) <= 2 * FRAME_SAMPLES as u64, "shifted by {shift}");
}

#[test]
fn a_voice_that_carries_does_not_fade_and_one_that_sinks_does() {
    let calm = golden("calm");
    let ends = fades(&calm.samples);
    assert!(ends.len() >= 4, "{ends:?}");
    assert!(ends.iter().all(|fade| fade.drop_db < FADING_DB), "{ends:?}");
    // Each clause loses 18 dB over its last 0.8 s.
    let mut sinking = calm.samples.clone();
    for clause in &calm.truth.clauses {
        let end = (clause.end * f64::from(RATE)) as usize;
        let span = (0.8 * RATE) as usize;
        for (i, x) in sinking[end - span.min(end)..end].iter_mut().enumerate() {
            *x *= 10f32.powf(-18.0 / 20.0 * i as f32 / span as f32);
        }
    }
    let sunk = fades(&sinking);
    let fading = sunk.iter().filter(|fade| fade.drop_db >= FADING_DB).count();
    assert!(2 * fading >= sunk.len(), "{fading} of {} ends were found: {sunk:?}", sunk.len());
}

#[test]
fn steady_voices_have_no_tremor_and_a_wobble_is_found() {
    let mut wobbled: Vec<Frame> = Vec::new();
    for name in ["calm", "flat", "pauses", "rushed"] {
        let frames = frames_of(&golden(name).samples);
        assert_eq!(tremor(&frames), None, "{name}");
        wobbled.extend(frames.iter().enumerate().map(|(i, frame)| {
            let wobble_st = (TAU * 6.0 * i as f32 * 0.01).sin();
            Frame { f0_hz: frame.f0_hz * (wobble_st / 12.0).exp2(), ..*frame }
        }));
    }
    let found = tremor(&wobbled).expect("a wobble of one semitone");
    assert!((found.rate_hz - 6.0).abs() <= 0.75, "{found:?}");
    assert!((0.6..1.4).contains(&found.depth_st), "{found:?}");
}
