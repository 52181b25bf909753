//! What must hold for any pack text and any talk, tried with generated input; `tests/fuzz` tries it for longer.

#[path = "fuzz/rules.rs"]
mod rules;

use proptest::prelude::*;

/// Lines of packs, good and bad.
const LINES: [&str; 30] = [
    "id = \"x\"",
    "version = 1",
    "version = 0",
    "name = \"X\"",
    "language = \"zh\"",
    "language = \"de\"",
    "extends = \"zh-service\"",
    "remove = [\"ban-03\"]",
    "terms = [\"保险\"]",
    "fillers = [\"就\", \"really now\"]",
    "prompt = 3",
    "names = { zh = \"X\" }",
    "[[entry]]",
    "[[cue]]",
    "[cue]",
    "id = \"E2.greeting\"",
    "id = \"E2.greting\"",
    "id = \"C4.jargon\"",
    "level = \"banned\"",
    "phrases = [\"我不知道\", \"^是的$\"]",
    "phrases = [\"\"\"\n我不\n(知道\"\"\"]",
    "phrases = [\"\\u6211\\u4e0d\", '你(们', \"…\"]",
    "exceptions = [\"我不知道您…\"]",
    "reason = \"r\"",
    "suggestion = \"s\"",
    "instead = [\"a\"]",
    "instead = \"a\"",
    "phases = [\"opening\", \"nowhere\"]",
    "replace = true",
    "hits = [\"我不知道\"",
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn any_pack_text_is_read_or_refused_with_its_place(
        lines in prop::collection::vec(prop::sample::select(LINES.to_vec()), 0..16),
        noise in "\\PC{0,12}",
        at in any::<prop::sample::Index>(),
        crlf in any::<bool>(),
    ) {
        let mut text = lines.join(if crlf { "\r\n" } else { "\n" });
        let places: Vec<usize> = text.char_indices().map(|(place, _)| place).chain([text.len()]).collect();
        rules::pack_text_is_read_or_refused(&text);
        text.insert_str(places[at.index(places.len())], &noise);
        rules::pack_text_is_read_or_refused(&text);
    }

    #[test]
    fn how_talk_is_cut_loses_no_finding(
        pieces in prop::collection::vec(any::<prop::sample::Index>(), 0..8),
        noise in "\\PC{0,6}",
        cuts in prop::collection::vec(prop::bool::weighted(0.2), 1..40),
    ) {
        let all = rules::pieces();
        let text: String = pieces.iter().map(|piece| all[piece.index(all.len())].as_str()).collect();
        let mut cuts = cuts.iter().cycle();
        rules::cutting_loses_nothing(&(text + &noise), || cuts.next() == Some(&true));
    }
}

#[test]
fn every_good_pack_line_alone_or_together_is_no_panic() {
    for line in LINES {
        rules::pack_text_is_read_or_refused(line);
        rules::pack_text_is_read_or_refused(&format!(
            "\u{feff}id = \"x\"\nversion = 1\nname = \"X\"\nlanguage = \"zh\"\n{line}"
        ));
    }
}
