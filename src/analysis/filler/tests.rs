use super::*;
use crate::analysis::spectrum::Spectrograph;
use crate::time::FRAME_SAMPLES;
use crate::time::SAMPLE_RATE_HZ;
use std::f32::consts::TAU;

/// A two-pole resonator.
struct Resonator {
    a: [f32; 2],
    gain: f32,
    y: [f32; 2],
}

impl Resonator {
    fn new(hz: f32, bandwidth_hz: f32) -> Self {
        let mut resonator = Self { a: [0.0; 2], gain: 0.0, y: [0.0; 2] };
        resonator.tune(hz, bandwidth_hz);
        resonator
    }

    fn tune(&mut self, hz: f32, bandwidth_hz: f32) {
        let rate = SAMPLE_RATE_HZ as f32;
        let r = (-std::f32::consts::PI * bandwidth_hz / rate).exp();
        self.a = [2.0 * r * (TAU * hz / rate).cos(), -r * r];
        self.gain = 1.0 - self.a[0] - self.a[1];
    }

    fn run(&mut self, x: f32) -> f32 {
        let y = self.gain * x + self.a[0] * self.y[0] + self.a[1] * self.y[1];
        self.y = [y, self.y[0]];
        y
    }
}

/// A sound: seconds, F0 and three formants at its start and end, in Hz.
struct Sound {
    seconds: f32,
    f0_hz: (f32, f32),
    formants_hz: [(f32, f32); 3],
}

const NASAL: [(f32, f32); 3] = [(270.0, 270.0), (1000.0, 1000.0), (2300.0, 2300.0)];
const MID_VOWEL: [(f32, f32); 3] = [(500.0, 500.0), (1250.0, 1250.0), (2500.0, 2500.0)];
const GLIDE: [(f32, f32); 3] = [(800.0, 320.0), (1250.0, 2200.0), (2500.0, 2900.0)];

/// Frames and blocks of silences and sounds, as the pipeline would give them.
#[derive(Default)]
struct Stage {
    finder: FillerFinder,
    blocks: Vec<[f32; FRAME_SAMPLES]>,
    frames: Vec<Frame>,
}

impl Stage {
    fn silence(mut self, seconds: f32) -> Self {
        let count = (seconds * 100.0) as usize;
        self.blocks.extend(vec![[0.0; FRAME_SAMPLES]; count]);
        self.frames.extend(vec![Frame { level_db: -80.0, ..Frame::default() }; count]);
        self
    }

    /// An unvoiced consonant.
    fn hiss(mut self, seconds: f32) -> Self {
        let mut state = 9_u32;
        for _ in 0..(seconds * 100.0) as usize {
            self.blocks.push(std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                0.05 * (state as f32 / u32::MAX as f32 - 0.5)
            }));
            self.frames.push(Frame { level_db: -37.0, speech: true, ..Frame::default() });
        }
        self
    }

    fn sound(mut self, sound: &Sound) -> Self {
        let nasal = sound.formants_hz[0].0 < 300.0;
        let bandwidths_hz: [f32; 3] = if nasal { [60.0, 600.0, 800.0] } else { [70.0, 90.0, 140.0] };
        let mut formants = [0, 1, 2].map(|k| Resonator::new(sound.formants_hz[k].0, bandwidths_hz[k]));
        let count = (sound.seconds * 100.0) as usize;
        let (mut phase, mut glottis) = (0.0_f32, 0.0_f32);
        for frame in 0..count {
            let along = frame as f32 / count as f32;
            let between = |(from, to): (f32, f32)| from + (to - from) * along;
            for (k, formant) in formants.iter_mut().enumerate() {
                formant.tune(between(sound.formants_hz[k]), bandwidths_hz[k]);
            }
            let f0_hz = between(sound.f0_hz);
            let mut block = [0.0; FRAME_SAMPLES];
            for out in &mut block {
                phase += f0_hz / SAMPLE_RATE_HZ as f32;
                let pulse = if phase >= 1.0 { 1.0 } else { 0.0 };
                phase -= phase.floor();
                // Glottal pulse and radiation together fall by 6 dB an octave.
                glottis = 0.97 * glottis + pulse;
                *out = formants.iter_mut().fold(0.2 * glottis, |x, formant| formant.run(x));
            }
            self.blocks.push(block);
            self.frames.push(Frame { f0_hz, voicing: 0.95, level_db: -22.0, speech: true });
        }
        self
    }

    /// A clause of eight moving syllables with consonants between.
    fn clause(mut self) -> Self {
        for i in 0..8 {
            let f0_hz = if i % 2 == 0 { (210.0, 180.0) } else { (170.0, 215.0) };
            self = self.hiss(0.06).sound(&Sound { seconds: 0.16, f0_hz, formants_hz: GLIDE });
        }
        self
    }

    /// Every answer with the frame at which it came.
    fn run(mut self) -> Vec<(usize, FilledPause)> {
        let mut found = Vec::new();
        let mut spectrograph = Spectrograph::new();
        let shapes = self.blocks.iter().filter_map(|block| spectrograph.push(block));
        for (i, shape) in shapes.enumerate() {
            let start = SampleTime((i * FRAME_SAMPLES) as u64);
            found.extend(self.finder.push(start, self.frames[i], &shape).map(|filler| (i, filler)));
        }
        found.extend(self.finder.finish().map(|filler| (self.frames.len(), filler)));
        found
    }
}

fn held(seconds: f32, formants_hz: [(f32, f32); 3]) -> Sound {
    Sound { seconds, f0_hz: (182.0, 172.0), formants_hz }
}

#[test]
fn a_hum_and_a_held_vowel_between_pauses_are_found_with_their_shape() {
    for (formants_hz, shape) in [(NASAL, FillerShape::Nasal), (MID_VOWEL, FillerShape::Vowel)] {
        for seconds in [0.3, 0.5, 0.9] {
            let sound = held(seconds, formants_hz);
            let found = Stage::default().clause().silence(0.4).sound(&sound).silence(0.4).clause().silence(0.5).run();
            assert_eq!(found.len(), 1, "{shape:?} of {seconds} s: {found:?}");
            let (known, filler) = found[0];
            assert_eq!(filler.shape, shape);
            assert!((filler.span.seconds() - f64::from(seconds)).abs() < 0.08, "{filler:?}");
            assert!(filler.confidence >= 0.8 && filler.confidence <= 1.0, "{filler:?}");
            let end = filler.span.end.0 as usize / FRAME_SAMPLES;
            assert!(known <= end + FillerFinder::LATENCY_FRAMES, "known {} frames after its end", known - end);
        }
    }
}

#[test]
fn a_filler_may_lead_into_the_clause() {
    let found = Stage::default().clause().silence(0.4).sound(&held(0.45, NASAL)).clause().silence(0.5).run();
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn a_lengthened_last_syllable_is_none() {
    let found = Stage::default().clause().hiss(0.06).sound(&held(0.4, MID_VOWEL)).silence(0.5).clause().run();
    assert_eq!(found, []);
}

#[test]
fn moving_formants_or_a_moving_tone_are_none() {
    for (f0_hz, formants_hz) in [((180.0, 176.0), GLIDE), ((150.0, 220.0), MID_VOWEL), ((240.0, 150.0), MID_VOWEL)] {
        let sound = Sound { seconds: 0.5, f0_hz, formants_hz };
        let found = Stage::default().clause().silence(0.4).sound(&sound).silence(0.4).clause().run();
        assert_eq!(found, [], "F0 {f0_hz:?}, formants {formants_hz:?}");
    }
}

#[test]
fn a_high_held_tone_is_none() {
    let sound = Sound { seconds: 0.5, f0_hz: (262.0, 260.0), formants_hz: MID_VOWEL };
    let found = Stage::default().clause().clause().silence(0.4).sound(&sound).clause().silence(0.4).run();
    assert_eq!(found, []);
}

#[test]
fn a_filler_at_the_very_end_is_not_lost() {
    let found = Stage::default().clause().silence(0.4).sound(&held(0.5, NASAL)).silence(0.2).run();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(Stage::default().silence(2.0).run(), []);
}

#[test]
fn a_vowel_that_closes_into_a_murmur_is_one_filler() {
    let vowel = Sound { seconds: 0.15, f0_hz: (182.0, 179.0), formants_hz: MID_VOWEL };
    let murmur = Sound { seconds: 0.17, f0_hz: (179.0, 174.0), formants_hz: NASAL };
    let found = Stage::default().clause().silence(0.4).sound(&vowel).sound(&murmur).silence(0.4).clause().run();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!((found[0].1.span.seconds() - 0.32).abs() < 0.06, "{found:?}");
    // With a consonant before it, it is a syllable.
    let syllable = Stage::default().clause().hiss(0.12).sound(&vowel).sound(&murmur).silence(0.4).clause().run();
    assert_eq!(syllable, []);
}
