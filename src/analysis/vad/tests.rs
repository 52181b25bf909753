use super::*;
use std::f32::consts::TAU;

const SECOND: usize = 16_000;

/// Reproducible noise.
struct Noise(u32);

impl Noise {
    /// White noise of this RMS level, dB re full scale.
    fn white(&mut self, samples: usize, level_db: f32) -> Vec<f32> {
        let amplitude = 10.0_f32.powf(level_db / 20.0) * 3.0_f32.sqrt() * 2.0;
        let mut next = || {
            self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            self.0 as f32 / u32::MAX as f32 - 0.5
        };
        (0..samples).map(|_| amplitude * next()).collect()
    }

    /// Noise that falls by 6 dB per octave, as that of a fan or of breath.
    fn dull(&mut self, samples: usize, level_db: f32) -> Vec<f32> {
        let mut last = 0.0;
        // A one-pole low-pass at 250 Hz takes 15 dB off the whole.
        let filter = |x: f32| {
            last += 0.094 * (x - last);
            last
        };
        self.white(samples, level_db + 13.0).into_iter().map(filter).collect()
    }
}

fn add(sound: &mut [f32], at: usize, other: &[f32]) {
    sound.iter_mut().skip(at).zip(other).for_each(|(x, y)| *x += y);
}

fn run(samples: &[f32]) -> (Vec<Change>, usize) {
    let mut detector = VoiceDetector::new();
    let (mut changes, mut speech) = (Vec::new(), 0);
    for block in samples.as_chunks::<FRAME_SAMPLES>().0 {
        let power = block.iter().map(|x| x * x).sum::<f32>() / FRAME_SAMPLES as f32;
        let decision = detector.push(block, power_db(power));
        changes.extend(decision.change);
        speech += usize::from(decision.speech == Some(true));
    }
    (changes, speech)
}

#[test]
fn silence_is_not_speech() {
    assert_eq!(run(&vec![0.0; 3 * SECOND]).0, []);
}

#[test]
fn steady_noise_of_any_level_is_not_speech() {
    for level_db in [-75.0, -60.0, -45.0, -30.0, -15.0] {
        let mut noise = Noise(7);
        assert_eq!(run(&noise.white(20 * SECOND, level_db)).0, [], "white noise at {level_db} dB became speech");
        assert_eq!(run(&noise.dull(20 * SECOND, level_db)).0, [], "a fan at {level_db} dB became speech");
    }
}

#[test]
fn hum_is_not_speech() {
    for mains_hz in [50.0, 60.0, 100.0, 118.0] {
        let mut sound = Noise(3).white(10 * SECOND, -65.0);
        for (i, sample) in sound.iter_mut().enumerate() {
            let phase = TAU * mains_hz * i as f32 / SECOND as f32;
            *sample += (1..5).map(|n| 0.03 * (phase * n as f32 + n as f32).sin() / n as f32).sum::<f32>();
        }
        assert_eq!(run(&sound).0, [], "hum of {mains_hz} Hz became speech");
    }
}

#[test]
fn noise_that_starts_or_grows_is_not_speech() {
    let mut noise = Noise(11);
    let mut grown = noise.dull(10 * SECOND, -68.0);
    grown.extend(noise.dull(10 * SECOND, -38.0));
    assert_eq!(run(&grown).0, [], "a fan switched on became speech");
    let mut started = vec![0.0; 5 * SECOND];
    started.extend(noise.dull(10 * SECOND, -50.0));
    assert_eq!(run(&started).0, [], "noise after digital silence became speech");
}

#[test]
fn the_background_is_found_again_after_it_grew() {
    let mut noise = Noise(5);
    let mut sound = noise.white(5 * SECOND, -70.0);
    sound.extend(noise.white(3 * SECOND, -40.0));
    let mut detector = VoiceDetector::new();
    for block in sound.as_chunks::<FRAME_SAMPLES>().0 {
        detector.push(block, crate::analysis::loudness::level_db(block));
    }
    assert!((detector.noise_db() + 40.0).abs() < 2.0, "background taken to be {} dB", detector.noise_db());
}

#[test]
fn clicks_and_keys_are_not_speech() {
    let mut noise = Noise(13);
    let mut clicks = noise.dull(20 * SECOND, -60.0);
    let mut keys = clicks.clone();
    for (i, at) in (SECOND..19 * SECOND).step_by(SECOND / 7).enumerate() {
        let fading = |(i, x): (usize, f32)| x * (-(i as f32) / 64.0).exp();
        let key: Vec<f32> =
            noise.white(800, -20.0 - (i % 5) as f32 * 3.0).into_iter().enumerate().map(fading).collect();
        add(&mut keys, at + (i % 3) * 500, &key);
        if i % 5 == 0 {
            add(&mut clicks, at, &[0.7; 24]);
        }
    }
    assert_eq!(run(&clicks).0, [], "clicks became speech");
    assert_eq!(run(&keys).0, [], "a keyboard became speech");
}

#[test]
fn breath_and_a_burst_like_a_cough_are_not_speech() {
    let mut noise = Noise(17);
    let mut sound = noise.white(30 * SECOND, -65.0);
    for at in (2 * SECOND..28 * SECOND).step_by(3 * SECOND) {
        let swelling = |(i, x): (usize, f32)| x * (std::f32::consts::PI * i as f32 / 9600.0).sin().powi(2);
        let breath: Vec<f32> = noise.dull(9600, -42.0).into_iter().enumerate().map(swelling).collect();
        add(&mut sound, at, &breath);
        let dying = |(i, x): (usize, f32)| x * (-(i as f32) / 960.0).exp();
        let burst: Vec<f32> = noise.dull(4000, -24.0).into_iter().enumerate().map(dying).collect();
        add(&mut sound, at + 3 * SECOND / 2, &burst);
    }
    assert_eq!(run(&sound).0, []);
}

#[test]
fn a_band_holds_what_lies_in_it() {
    // The middle of the fourth band, 1.0 to 1.7 kHz.
    let tone: Vec<f32> = (0..SECOND).map(|i| 0.1 * (TAU * 1300.0 * i as f32 / SECOND as f32).sin()).collect();
    let mut filters = FilterBank::new();
    let powers = tone.as_chunks::<FRAME_SAMPLES>().0.iter().map(|block| filters.push(block)).last().expect("blocks");
    let levels_db = powers.map(power_db);
    assert!((levels_db[3] + 23.0).abs() < 3.0, "{levels_db:?}");
    assert!(levels_db[0] < -50.0 && levels_db[7] < -54.0, "{levels_db:?}");
}

#[test]
fn a_sound_in_one_band_stands_out_of_noise_that_hides_it_as_a_whole() {
    let mut noise = Noise(19);
    let (mut filters, mut background) = (FilterBank::new(), Background::new());
    let room = noise.dull(3 * SECOND, -40.0);
    let mut learn = |block: &[f32; FRAME_SAMPLES]| {
        let powers = filters.push(block);
        background.learn(&powers, crate::analysis::loudness::level_db(block), true, 1000);
        (background.contrast(&powers, 1).evidence, background.level_db())
    };
    let plain: Vec<f32> = room.as_chunks::<FRAME_SAMPLES>().0.iter().map(|block| learn(block).0).collect();
    let often = plain[100..].iter().filter(|&&evidence| evidence >= EVIDENT).count();
    assert!(often <= 2, "{often} blocks of plain noise stood out");
    // A hiss 10 dB below the noise as a whole, but most of what there is above 4 kHz.
    let mut hiss: Vec<f32> = noise.white(FRAME_SAMPLES + 1, -50.0).windows(2).map(|pair| pair[1] - pair[0]).collect();
    add(&mut hiss, 0, &room[..FRAME_SAMPLES]);
    let block = <&[f32; FRAME_SAMPLES]>::try_from(hiss.as_slice()).expect("one block");
    assert!(learn(block).0 > 3.0 * EVIDENT);
}
