"""Checks of the scoring rules: cd scripts && python3 -m unittest evaluation.tests (needs no package)."""

import unittest

from evaluation import frame, scoring


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


class Tables(unittest.TestCase):
    def test_wide_characters_are_aligned(self):
        table = frame.Table("Title", [("name", "name", None), ("x", "x %", ".1f")])
        table.add(name="声镜", x=1.25)
        table.add(name="peer", x=None)
        self.assertEqual(table.text().splitlines()[1:], ["name  x %", "声镜  1.2", "peer    –"])


if __name__ == "__main__":
    unittest.main()
