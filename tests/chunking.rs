//! Invariant 1: the same sound gives the same events however it is cut.

mod common;

use common::{golden, pipeline_events, scripted_for};
use proptest::prelude::*;

#[test]
fn block_sizes_do_not_matter() {
    for name in ["flat", "rushed", "pauses"] {
        let recording = golden(name);
        let script = scripted_for(&recording);
        let whole = pipeline_events(&recording.samples, &mut |rest| rest, &script);
        assert!(whole.len() > 100, "{name} gives only {} events", whole.len());
        for size in [1, 7, 160, 441, 4096] {
            let cut = pipeline_events(&recording.samples, &mut |_| size, &script);
            assert_eq!(whole, cut, "{name} in blocks of {size}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]
    #[test]
    fn random_cuts_do_not_matter(seed in any::<u64>()) {
        let recording = golden("rushed");
        let script = scripted_for(&recording);
        let samples = &recording.samples[..16_000 * 12];
        let whole = pipeline_events(samples, &mut |rest| rest, &script);
        let mut state = seed | 1;
        let cut = pipeline_events(samples, &mut |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            1 + (state >> 33) as usize % 3000
        }, &script);
        prop_assert_eq!(whole, cut);
    }

    /// Any finite or infinite input gives finite figures and ordered spans.
    #[test]
    fn any_input_gives_finite_output(values in prop::collection::vec(prop::num::f32::ANY, 1..4000), repeat in 1_usize..20) {
        let samples: Vec<f32> = values.iter().copied().cycle().take(values.len() * repeat).collect();
        for event in pipeline_events(&samples, &mut |_| 700, &Default::default()) {
            let text = serde_json::to_string(&event).expect("an event is JSON");
            // JSON has no infinities: serde writes null for them.
            prop_assert!(!text.contains("null") || text.contains("measured"), "{}", text);
        }
    }
}
