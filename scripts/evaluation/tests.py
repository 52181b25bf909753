"""Checks of the scoring rules: cd scripts && python3 -m unittest evaluation.tests (needs no package)."""

import unittest

from evaluation import frame, garble, rows, scoring, timing


class Pitch(unittest.TestCase):
    def test_each_kind_of_error_is_counted_once(self):
        score = scoring.PitchScore()
        times = [0.0, 0.015, 0.030, 0.045, 0.060]
        score.add([0, 0, 100, 100, 100], times, [0, 90, 0, 125, 101])
        shares = score.shares()
        self.assertAlmostEqual(shares["ffe"], 60.0)
        self.assertAlmostEqual(shares["gpe"], 50.0)
        self.assertAlmostEqual(shares["rpa50"], 100 / 3)
        self.assertAlmostEqual(shares["missed"], 100 / 3)
        self.assertAlmostEqual(shares["invented"], 50.0)

    def test_a_value_too_far_away_counts_as_unvoiced(self):
        self.assertEqual(scoring.nearest([0.0, 0.1], [1, 2], 0.008, 0.010), 1)
        self.assertIsNone(scoring.nearest([0.0, 0.1], [1, 2], 0.05, 0.010))
        self.assertIsNone(scoring.nearest([], [], 0.05, 0.010))

    def test_right_between_two_frames_the_earlier_counts(self):
        self.assertEqual(scoring.nearest([0.02, 0.03], [1, 2], 0.025, 0.010), 1)
        self.assertEqual(scoring.nearest([0.02, 0.03 - 1e-9], [1, 2], 0.025, 0.010), 1)
        self.assertEqual(scoring.nearest([0.02, 0.03], [1, 2], 0.026, 0.010), 2)


class Spans(unittest.TestCase):
    def test_a_pause_matches_once_and_with_both_ends(self):
        truth = [(1.0, 1.5), (3.0, 4.0)]
        self.assertEqual(len(scoring.match_pauses(truth, [(1.08, 1.42), (1.0, 1.5), (3.0, 4.09)])), 1)
        self.assertEqual(scoring.match_pauses([(1.0, 1.25)], [(1.05, 1.2)]), [])

    def test_a_hit_needs_its_rule_and_place(self):
        truth = [("ban-03", 1.0, 2.0)]
        self.assertEqual(len(scoring.match_hits(truth, [("ban-03", 2.9, 3.5)])), 1)
        self.assertEqual(scoring.match_hits(truth, [("ban-03", 3.1, 3.5), ("ban-04", 1.0, 2.0)]), [])

    def test_characters_are_spread_evenly(self):
        clauses = [{"start": 0.0, "end": 2.0, "han": 8}, {"start": 3.0, "end": 4.0, "han": 5}]
        self.assertAlmostEqual(scoring.spoken_between(clauses, 1.0, 3.5), 6.5)

    def test_f1_without_anything_to_find(self):
        self.assertEqual(scoring.f1(0, 0, 0), (None, None, None))


class Ranking(unittest.TestCase):
    def test_auc(self):
        self.assertEqual(scoring.auc([1, 2], [3, 4]), 1.0)
        self.assertEqual(scoring.auc([1], [1, None]), 0.5)
        self.assertIsNone(scoring.auc([], [1]))

    def test_quantile(self):
        self.assertEqual(scoring.quantile([4, 1, 3, 2], 0.5), 2.5)
        self.assertIsNone(scoring.quantile([], 0.5))


class Text(unittest.TestCase):
    def test_numbers_are_read_aloud(self):
        for digits, spoken in (
            ("15", "十五"),
            ("305", "三百零五"),
            ("20300", "二万零三百"),
            ("10005", "一万零五"),
            ("0", "零"),
            ("100000", "十万"),
            ("110", "一百一十"),
            ("2021年", "二零二一年"),
            ("3.14", "三点一四"),
            ("105%", "百分之一百零五"),
            ("1,200", "一千二百"),
            ("13800138000", "一三八零零一三八零零零"),
            ("007", "零零七"),
            ("100010000", "一零零零一零零零零"),
        ):
            self.assertEqual(scoring.read_digits(digits), spoken)

    def test_units(self):
        self.assertEqual(scoring.units("VIP一对一,Don’t 5G!"), ["vip", "一", "对", "一", "don't", "五", "g"])
        self.assertEqual(scoring.units("A:好 | B:行[S1]嗯", marks=True), ["好", "行", "嗯"])
        self.assertEqual(scoring.units("A:好"), ["a", "好"])

    def test_edit_distance(self):
        self.assertEqual(scoring.edit_distance("kitten", "sitting"), 3)
        self.assertEqual(scoring.edit_distance("", "ab"), 2)


CLAUSES = [
    {"text": "您好", "start": 0.5, "end": 1.0},
    {"text": "五点之前", "start": 1.5, "end": 2.5},
    {"text": "好的", "start": 3.0, "end": 3.5},
]


def word(text, start, end, ready=0.0):
    return timing.Word(text, start, end, ready)


def spoken(text, start, step=0.2, ready=0.0):
    return [word(char, start + i * step, start + (i + 1) * step, ready) for i, char in enumerate(text)]


class Streams(unittest.TestCase):
    def test_recordings_lie_behind_their_gaps_and_stretches_meet_in_the_middle(self):
        slots, whole = timing.lay_out([2.0, 3.0], [1.0, 0.8, 4.0])
        self.assertAlmostEqual(whole, 10.8)
        self.assertEqual([(s.start, s.end) for s in slots], [(1.0, 3.0), (3.8, 6.8)])
        self.assertEqual([s.low for s in slots], [0.0, (3.0 + 3.8) / 2])
        self.assertEqual([s.high for s in slots], [(3.0 + 3.8) / 2, whole])

    def test_each_word_belongs_to_the_one_stretch_that_holds_its_middle(self):
        slots, _ = timing.lay_out([2.0, 3.0], [1.0, 1.0, 4.0])
        words = [word("您", 0.9, 1.2), word("好", 3.3, 3.6), word("再", 3.4, 3.7), word("见", 6.9, 10.0)]
        self.assertEqual([timing.written(timing.within(words, s)) for s in slots], ["您好", "再见"])

    def test_what_is_chosen_fits_and_keeps_its_order(self):
        self.assertEqual(timing.choose([3.0, 4.0, 2.0, 5.0], 9.0, [3, 1, 2, 0]), [1, 3])
        self.assertEqual(timing.choose([3.0, 4.0, 2.0, 5.0], 7.5, [3, 1, 2, 0]), [2, 3])
        self.assertEqual(timing.choose([30.0, 4.0], 10.0, [0, 1]), [0])
        self.assertEqual(timing.choose([], 10.0, []), [])

    def test_words_come_by_time_and_know_when_their_segment_was_ready(self):
        def segment(ready, *words):
            return {"ready_at_s": ready, "words": [{"text": t, "start_s": a, "end_s": b} for t, a, b in words]}

        report = {"segments": [segment(9.0, ("好", 5.0, 5.2)), segment(3.0, ("您", 1.0, 1.2))]}
        self.assertEqual(timing.words_of(report), [word("您", 1.0, 1.2, 3.0), word("好", 5.0, 5.2, 9.0)])

    def test_latin_words_are_kept_apart(self):
        self.assertEqual(
            timing.written([word(t, 0, 0) for t in ("VIP", "card，", "一", "ok", "3", "年")]), "VIP card，一ok 3年"
        )


class Settling(unittest.TestCase):
    def test_numbers_are_read_in_their_context(self):
        units = timing.timed_units(
            [word("2021", 0.0, 0.8, 2.0), word("年，", 0.8, 1.0, 3.0), word("VIP", 1.0, 1.5, 3.0)]
        )
        self.assertEqual([u.text for u in units], ["二", "零", "二", "一", "年", "vip"])
        self.assertAlmostEqual(units[4].end, 1.0)
        self.assertEqual(units[0].ready, 3.0)
        self.assertAlmostEqual(units[1].start, 0.2)

    def test_each_clause_finds_its_own_end(self):
        heard = spoken("您好", 0.5, 0.25, 1.8) + spoken("5点之前", 1.5, 0.25, 3.0) + spoken("好的", 3.0, 0.25, 4.5)
        ends = timing.clause_ends(CLAUSES, timing.timed_units(heard))
        self.assertEqual([end.heard.ready for end in ends], [1.8, 3.0, 4.5])
        self.assertTrue(all(end.right for end in ends))
        for end, wait in zip(ends, (0.8, 0.5, 1.0)):
            self.assertAlmostEqual(end.wait, wait)
            self.assertAlmostEqual(end.error, 0.0)

    def test_a_missing_clause_takes_nothing_from_the_next(self):
        heard = spoken("您好", 0.5, 0.25) + spoken("好的", 3.0, 0.25)
        ends = timing.clause_ends(CLAUSES, heard)
        self.assertEqual([end.heard is not None for end in ends], [True, False, True])

    def test_another_character_in_its_place_is_heard_but_not_right(self):
        heard = spoken("您号", 0.5, 0.25, 2.0) + spoken("五点之前好的", 1.6, 0.3)
        first = timing.clause_ends(CLAUSES, heard)[0]
        self.assertEqual((first.heard.text, first.heard.ready, first.right), ("号", 2.0, False))

    def test_the_same_words_later_are_not_those_of_the_clause(self):
        ends = timing.clause_ends(CLAUSES[:1], spoken("您好", 20.0))
        self.assertIsNone(ends[0].heard)
        clauses = [{"text": "好", "start": 1.0, "end": 1.2}]
        ends = timing.clause_ends(clauses, spoken("好", 0.4) + spoken("好", 1.0) + spoken("好", 1.6))
        self.assertAlmostEqual(ends[0].heard.start, 1.0)

    def test_slots_end_with_the_speech_inside(self):
        slots, _ = timing.lay_out([2.0, 3.0, 1.0], [1.0, 1.0, 1.0, 4.0])
        report = {
            "speech": [{"start_s": a, "end_s": b} for a, b in ((1.1, 1.8), (2.0, 2.9), (4.2, 6.8), (8.1, 8.8))],
            "segments": [
                {
                    "ready_at_s": 4.0,
                    "words": [
                        {"text": "您", "start_s": 1.1, "end_s": 1.5},
                        {"text": "好", "start_s": 2.2, "end_s": 2.8},
                    ],
                },
                {"ready_at_s": 9.9, "words": [{"text": "的", "start_s": 8.2, "end_s": 8.6}]},
            ],
        }
        ends = timing.slot_ends(report, slots)
        self.assertIsNone(ends[1])
        self.assertAlmostEqual(ends[0].wait, 1.1)
        self.assertAlmostEqual(ends[2].wait, 1.1)


class Stretches(unittest.TestCase):
    def test_spans_that_overlap_count_once(self):
        spans = [{"start_s": a, "end_s": b} for a, b in ((4.0, 5.0), (0.0, 2.0), (1.0, 1.5), (1.5, 3.0))]
        self.assertAlmostEqual(timing.length(spans), 4.0)
        self.assertEqual(timing.length([]), 0.0)

    def test_a_word_is_shown_with_the_first_draft_that_has_it_in_its_place(self):
        settled = [timing.Word(text, at, at + 0.2, 3.0) for text, at in (("退", 0.0), ("款", 0.2), ("退", 1.0), ("单", 1.2))]
        drafts = [
            {"at_s": 0.9, "start_s": 0.0, "text": "退宽"},
            {"at_s": 1.4, "start_s": 0.0, "text": "退款退"},
            {"at_s": 2.0, "start_s": 1.0, "text": "退弹"},
        ]
        self.assertEqual(timing.first_shown(settled, drafts), [0.9, 1.4, 1.4, 3.0])
        self.assertEqual(timing.first_written(settled, drafts), [0.9, 0.9, 1.4, 2.0])

    def test_the_lag_is_the_longest_wait(self):
        segments = [{"end_s": 1.0, "ready_at_s": 1.5}, {"end_s": 3.0, "ready_at_s": 5.0}]
        self.assertAlmostEqual(timing.lag({"segments": segments}), 2.0)
        self.assertIsNone(timing.lag({"segments": []}))

    def test_the_last_of_few_waits_shows_in_the_percentile(self):
        self.assertAlmostEqual(scoring.quantile([1.0] * 19 + [3.0], 0.95), 1.1)
        self.assertEqual(scoring.quantile([2.0], 0.95), 2.0)


class Tables(unittest.TestCase):
    def test_wide_characters_are_aligned(self):
        table = frame.Table("Title", [("name", "name", None), ("x", "x %", ".1f")])
        table.add(name="声镜", x=1.25)
        table.add(name="peer", x=None)
        self.assertEqual(table.text().splitlines()[1:], ["name  x %", "声镜  1.2", "peer    –"])


SYLLABLES = {"我": "wo", "的": "de", "是": "shi", "四": "si", "十": "shi", "事": "shi", "新": "xin", "星": "xing", "心": "xin"}


def small_lexicon():
    characters = {}
    for char, syllable in SYLLABLES.items():
        characters.setdefault(syllable, []).append((char, 10))
    words = {("shi", "xin"): [("四星", 1), ("十心", 5)]}
    return garble.Lexicon(lambda text: [SYLLABLES[c] for c in text], characters, words)


class Garbling(unittest.TestCase):
    def test_what_sounds_are_taken_for(self):
        self.assertEqual(garble.split("zhang"), ("zh", "ang"))
        self.assertEqual(garble.split("an"), ("", "an"))
        self.assertEqual(garble.taken_for("zhang"), {"zang", "zhan", "zan"})
        self.assertEqual(garble.taken_for("nin"), {"ning", "lin", "ling"})
        self.assertEqual(garble.taken_for("re"), {"le"})
        self.assertEqual(garble.taken_for("wo"), set())

    def test_the_same_seed_gives_the_same_slips(self):
        text = "是我的心事，我是新的" * 5
        one, same, other = (garble.Garbler(small_lexicon(), seed, rate=0.5) for seed in (1, 1, 2))
        self.assertEqual(one.garble(text), same.garble(text))
        self.assertNotEqual(one.garble(text), other.garble(text))
        self.assertNotEqual(one.garble(text), one.garble(text, draw=1))

    def test_a_slip_sounds_alike_and_light_syllables_get_lost(self):
        garbler = garble.Garbler(small_lexicon(), 1, rate=1.0)
        for draw in range(50):
            self.assertIn(garbler.garble("是", draw), "四十事是")
        self.assertEqual({len(garbler.garble("的我", draw)) for draw in range(50)}, {1, 2})

    def test_nothing_is_changed_without_slips_or_without_han(self):
        self.assertEqual(garble.Garbler(small_lexicon(), 1, rate=0.0).garble("是我的心事"), "是我的心事")
        self.assertEqual(garble.Garbler(small_lexicon(), 1, rate=1.0).garble("OK 12"), "OK 12")


def found(hits=(), cues=(), questions=()):
    return {
        "hits": [{"rule": rule, "level": level} for rule, level in hits],
        "cues": [{"id": cue} for cue in cues],
        "questions": [{"kind": kind} for kind in questions],
    }


class Rows(unittest.TestCase):
    def counted(self, labels, what):
        counts = rows.Counts()
        rows.compare(rows.sentence({"text": "…", "labels": labels}), rows.found_labels(what), counts)
        return {row: (c.here, c.found, c.wrong) for row, c in counts.items()}

    def test_levels_count_where_a_label_names_them(self):
        hit = found(hits=[("ban-03", "discouraged")])
        self.assertEqual(self.counted("ban-03:discouraged", hit), {"ban-03:discouraged": (1, 1, 0)})
        self.assertEqual(
            self.counted("ban-03:banned", hit), {"ban-03:banned": (1, 0, 0), "ban-03:discouraged": (0, 0, 1)}
        )
        self.assertEqual(self.counted("ban-03", hit), {"ban-03:discouraged": (1, 1, 0)})

    def test_what_may_be_found_is_not_counted_and_what_is_not_listed_is_wrong(self):
        what = found(cues=["D1.yes", "E2.greeting"], questions=["open"])
        self.assertEqual(self.counted("?cue:D1.yes ?question", what), {"cue:E2.greeting": (0, 0, 1)})
        hit = found(hits=[("ban-08", "banned")])
        self.assertEqual(self.counted("?ban-08 !ban-08:banned", hit), {"ban-08:banned": (0, 0, 1)})

    def test_cues_that_are_findings_and_questions_on_end(self):
        self.assertEqual(rows.found_labels(found(cues=["C4.jargon"])), {"C4"})
        self.assertEqual(
            rows.found_labels(found(questions=["open", "closed"])), {"question:open", "question:closed", "C3"}
        )

    def test_the_head_of_a_call_is_its_truth(self):
        truth = rows.truth_of("# 宽带: 报修\n# done: E2 E3\n# missing:\n# not needed: E6\n# rules: D8\n您好")
        self.assertEqual(truth, {"done": ["E2", "E3"], "missing": [], "not needed": ["E6"], "rules": ["D8"]})

    def test_the_corpus_is_well_formed(self):
        seen = set()
        for language in rows.PACKS:
            paths = [rows.CORPUS / f"{language}-{name}.tsv" for name in rows.HALVES + rows.LATER]
            for path in (path for path in paths if path.exists()):
                for sentence in rows.read(path):
                    self.assertFalse(sentence.text in seen, f"{sentence.text} is there twice")
                    seen.add(sentence.text)
                    for label in sentence.must:
                        self.assertFalse({label} & {*sentence.may, *sentence.never}, sentence.text)


if __name__ == "__main__":
    unittest.main()
