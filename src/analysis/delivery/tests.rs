use super::*;
use proptest::prelude::*;

/// Six seconds of voice around 200 Hz that swings `cycles_per_s` times a second by `swing_st` to each side, in phrases
/// of a second and a half, each of which falls by `fall_st`.
fn voice(swing_st: f32, cycles_per_s: f32, fall_st: f32) -> impl Iterator<Item = Frame> + Clone {
    (0..600).map(move |i| {
        let (t, in_phrase_s) = (i as f32 * FRAME_S, (i % 150) as f32 * FRAME_S);
        let tone_st = swing_st * (t * cycles_per_s * std::f32::consts::TAU).sin() - fall_st * in_phrase_s / 1.5;
        let voiced = in_phrase_s < 1.2;
        let f0_hz = if voiced { 200.0 * (tone_st / 12.0).exp2() } else { 0.0 };
        Frame { f0_hz, voicing: 0.9, level_db: -20.0 - 3.0 * (t * 25.0).sin().abs(), speech: true }
    })
}

fn figures(frames: impl Iterator<Item = Frame>) -> Delivery {
    measure(frames, None).expect("enough voice")
}

fn usual(of: &Delivery) -> VoiceBaseline {
    VoiceBaseline {
        speed_st_per_s: of.movement.speed_st_per_s,
        span_st: of.movement.span_st,
        level_step_db: of.movement.level_step_db,
        speech_db: Some(-24.0),
        sessions: 5,
        voiced_s: 300.0,
    }
}

#[test]
fn a_wider_swing_is_livelier() {
    let flat = figures(voice(0.3, 1.5, 0.0));
    let lively = figures(voice(4.0, 1.5, 0.0));
    assert!(flat.liveliness < 0.15 && lively.liveliness > 0.6, "{flat:?} {lively:?}");
    assert!((flat.median_hz - 200.0).abs() < 2.0);
}

#[test]
fn the_fall_of_a_phrase_is_no_movement() {
    let (level, falling) = (figures(voice(0.3, 1.5, 0.0)), figures(voice(0.3, 1.5, 6.0)));
    assert!(falling.range_st > level.range_st + 3.0, "the plain range is misled: {falling:?}");
    assert!(
        falling.movement.span_st < level.movement.span_st + 0.5 && falling.liveliness < 0.15,
        "{level:?} {falling:?}"
    );
}

#[test]
fn octave_errors_move_the_judgement_little() {
    let clean = figures(voice(1.0, 1.5, 0.0));
    let halved =
        |(i, frame): (usize, Frame)| if i % 40 < 3 { Frame { f0_hz: frame.f0_hz / 2.0, ..frame } } else { frame };
    let jumping = figures(voice(1.0, 1.5, 0.0).enumerate().map(halved));
    assert!(jumping.sd_st > clean.sd_st + 1.0, "plain deviation is misled: {jumping:?}");
    assert!((jumping.liveliness - clean.liveliness).abs() < 0.05, "{clean:?} {jumping:?}");
}

#[test]
fn too_little_voice_is_not_judged() {
    assert_eq!(measure(voice(5.0, 1.5, 0.0).take(30), None), None);
    assert_eq!(measure(std::iter::empty(), None), None);
}

#[test]
fn a_naturally_narrow_voice_is_judged_by_what_is_usual_for_it() {
    let narrow = figures(voice(1.3, 1.5, 0.0));
    let with_own = measure(voice(1.3, 1.5, 0.0), Some(&usual(&narrow))).expect("enough voice");
    assert!(with_own.liveliness > narrow.liveliness + 0.05, "{narrow:?} {with_own:?}");
}

#[test]
fn a_flat_voice_stays_flat_even_where_it_is_usual() {
    let flat = figures(voice(0.2, 1.5, 0.0));
    let with_own = measure(voice(0.2, 1.5, 0.0), Some(&usual(&flat))).expect("enough voice");
    assert!(with_own.liveliness < 0.2, "{flat:?} {with_own:?}");
}

#[test]
fn flatter_than_usual_is_less_lively() {
    let lively = usual(&figures(voice(4.0, 1.5, 0.0)));
    let today = figures(voice(2.2, 1.5, 0.0));
    let with_own = measure(voice(2.2, 1.5, 0.0), Some(&lively)).expect("enough voice");
    assert!(with_own.liveliness < today.liveliness - 0.03, "{today:?} {with_own:?}");
}

#[test]
fn the_meter_measures_what_the_whole_does() {
    let mut meter = LivelinessMeter::new(None);
    for (number, frame) in voice(2.0, 1.5, 3.0).enumerate() {
        meter.push(SampleTime((number * FRAME_SAMPLES) as u64), frame);
    }
    let point = meter.measure(SampleTime::from_seconds(6.0)).expect("enough voice");
    assert_eq!(point.liveliness, figures(voice(2.0, 1.5, 3.0)).liveliness);
    assert_eq!(meter.measure(SampleTime::from_seconds(7.0)), None, "nothing new was said");
}

proptest! {
    #[test]
    fn any_frames_give_finite_figures(
        frames in prop::collection::vec((0.0f32..700.0, -100.0f32..0.0, any::<bool>()), 0..400),
        baseline in (0.0f32..1e6, 0.0f32..1e6, 0.0f32..1e6),
    ) {
        let frame = |&(f0_hz, level_db, speech): &(f32, f32, bool)| Frame {
            f0_hz: if f0_hz < 50.0 { 0.0 } else { f0_hz }, voicing: 0.5, level_db, speech,
        };
        let baseline = VoiceBaseline {
            speed_st_per_s: baseline.0, span_st: baseline.1, level_step_db: baseline.2, speech_db: None, sessions: 3, voiced_s: 100.0,
        };
        if let Some(figures) = measure(frames.iter().map(frame), Some(&baseline)) {
            prop_assert!((0.0..=1.0).contains(&figures.liveliness), "{figures:?}");
            let all = [figures.median_hz, figures.sd_st, figures.range_st, figures.movement.span_st, figures.movement.speed_st_per_s,
                figures.level_sd_db, figures.movement.level_step_db, figures.voiced_s];
            prop_assert!(all.iter().all(|value| value.is_finite()), "{figures:?}");
        }
    }

    #[test]
    fn neither_gain_nor_the_height_of_the_voice_changes_the_judgement(gain_db in -20.0f32..10.0, higher_st in -7.0f32..12.0) {
        let changed = voice(2.0, 1.5, 3.0).map(|frame| Frame {
            f0_hz: frame.f0_hz * (higher_st / 12.0).exp2(), level_db: frame.level_db + gain_db, ..frame
        });
        prop_assert!((figures(changed).liveliness - figures(voice(2.0, 1.5, 3.0)).liveliness).abs() < 0.01);
    }
}
