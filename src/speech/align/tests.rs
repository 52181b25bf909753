use super::*;
use proptest::prelude::*;

fn at(seconds: f64) -> SampleTime {
    SampleTime::from_seconds(seconds)
}

fn span(start_s: f64, end_s: f64) -> Span {
    Span::new(at(start_s), at(end_s))
}

/// One word for each character, marks joined to it; all at `time`.
fn said(text: &str, time: Span) -> Vec<Word> {
    let mut words: Vec<Word> = Vec::new();
    for c in text.chars() {
        match words.last_mut() {
            Some(word) if !c.is_alphanumeric() => word.text.push(c),
            _ => words.push(Word { span: time, text: c.into(), p: 0.9 }),
        }
    }
    words
}

/// Nuclei of `count` syllables that fill a stretch evenly.
fn even(stretch: Span, count: usize) -> Vec<SampleTime> {
    let step = stretch.seconds() / count as f64;
    (0..count).map(|index| at(stretch.start.seconds() + (index as f64 + 0.6) * step)).collect()
}

/// The text of each stretch.
fn parted(words: &[Word], speech: &[Span]) -> Vec<String> {
    let inside = |stretch: &Span| -> String {
        let own = words.iter().filter(|word| stretch.contains(word.span.middle()));
        own.map(|word| word.text.as_str()).collect()
    };
    speech.iter().map(inside).collect()
}

#[test]
fn words_piled_up_at_the_end_of_the_window_go_back_to_their_clauses() {
    let speech = [span(0.5, 1.5), span(2.0, 4.5), span(5.0, 6.5)];
    let nuclei = [even(speech[0], 2), even(speech[1], 9), even(speech[2], 6)].concat();
    let mut words = said("您好，这里是客户服务中心。我是客服小王", span(6.8, 6.8));
    align(&mut words, &speech, &nuclei);
    assert_eq!(parted(&words, &speech), ["您好，", "这里是客户服务中心。", "我是客服小王"]);
    assert_eq!((words[1].span.end, words[2].span.start), (speech[0].end, speech[1].start));
}

#[test]
fn without_marks_the_syllables_decide() {
    let speech = [span(0.5, 2.5), span(3.0, 5.0)];
    // Fast in the first half, slow in the second: the lengths alone would part them in the middle.
    let nuclei = [even(speech[0], 12), even(speech[1], 6)].concat();
    let mut words = said("您先把路由器的电源拔掉等十秒再插上", span(0.5, 0.5));
    let count = words.len();
    align(&mut words, &speech, &nuclei);
    let first = parted(&words, &speech)[0].chars().count();
    assert!((10..=12).contains(&first), "{first} of {count}");
}

#[test]
fn a_clause_that_was_not_heard_leaves_its_stretch_empty() {
    let speech = [span(0.5, 3.0), span(4.0, 7.0), span(8.0, 12.0)];
    let nuclei = [even(speech[0], 9), even(speech[1], 14), even(speech[2], 19)].concat();
    let mut words = said("我帮您查一下这单。现在这个部门还在研究这个产品和它的价格。", span(0.0, 0.0));
    let (first, rest) = words.split_at_mut(8);
    first.iter_mut().for_each(|word| word.span = span(1.5, 1.8));
    // The recogniser begins the last clause a second early.
    for (index, word) in rest.iter_mut().enumerate() {
        word.span = span(7.0 + 0.18 * index as f64, 7.18 + 0.18 * index as f64);
    }
    align(&mut words, &speech, &nuclei);
    assert_eq!(parted(&words, &speech)[1], "");
}

#[test]
fn a_slow_and_a_fast_half_of_a_stretch_keep_their_words() {
    let stretch = span(1.0, 4.0);
    let nuclei = [even(span(1.0, 3.0), 5), even(span(3.0, 4.0), 5)].concat();
    let mut words = said("我们一起看看这个订单", stretch);
    align(&mut words, &[stretch], &nuclei);
    assert!((words[4].span.end.seconds() - 3.0).abs() < 0.1, "{}", words[4].span.end.seconds());
}

#[test]
fn a_break_that_the_detector_did_not_see_falls_behind_the_comma() {
    let stretch = span(0.0, 3.4);
    // One syllable of each half was not found.
    let mut nuclei = [even(span(0.0, 1.5), 6), even(span(1.9, 3.4), 6)].concat();
    nuclei.remove(8);
    nuclei.remove(2);
    let mut words = said("我帮您查一下，您稍等一会儿", stretch);
    align(&mut words, &[stretch], &nuclei);
    assert!(words[5].span.end.seconds() < 1.75 && words[6].span.start.seconds() > 1.6, "{:?}", words[5].span);
}

#[test]
fn words_share_a_stretch_without_nuclei() {
    let mut words = said("好的好的", span(3.0, 3.0));
    align(&mut words, &[span(1.0, 3.0)], &[]);
    assert!((words[1].span.end.seconds() - 2.0).abs() < 0.15, "{:?}", words[1].span);
    assert_eq!((words[0].span.start, words[3].span.end), (at(1.0), at(3.0)));
}

#[test]
fn no_speech_and_no_words_are_left_alone() {
    align(&mut [], &[span(0.0, 1.0)], &[]);
    let mut words = said("好", span(1.0, 2.0));
    align(&mut words, &[], &[at(1.5)]);
    assert_eq!(words[0].span, span(1.0, 2.0));
}

#[test]
fn words_have_the_syllables_of_their_reading() {
    for (text, count) in [
        ("好，", 1),
        ("15", 2),
        ("10086", 5),
        ("580", 4),
        ("105", 4),
        ("2.5", 3),
        ("50%", 5),
        (" APP", 3),
        (" iPhone", 2),
        (" hello", 2),
        ("、", 1),
    ] {
        assert_eq!(syllables(text), count, "{text}");
    }
    assert_eq!(mark_after("好。”"), Mark::Sentence);
    assert_eq!(mark_after("好，"), Mark::Comma);
    assert_eq!(mark_after("“好"), Mark::None);
}

proptest! {
    #[test]
    fn words_stay_in_order_and_inside_speech(
        steps in prop::collection::vec((0u64..12_000, 200u64..40_000), 1..8),
        nuclei in prop::collection::vec(0u64..300_000, 0..80),
        times in prop::collection::vec((0u64..300_000, 0u64..30_000), 0..70),
    ) {
        let mut speech = Vec::new();
        let mut end = 100;
        for (pause, length) in steps {
            speech.push(Span::new(SampleTime(end + pause), SampleTime(end + pause + length)));
            end += pause + length;
        }
        let mut nuclei: Vec<SampleTime> = nuclei.into_iter().map(SampleTime).collect();
        nuclei.sort_unstable();
        let texts = ["好", "的，", " hello", "158", "吗？", " WPS", "%"];
        let heard: Vec<Word> = times
            .iter()
            .enumerate()
            .map(|(index, &(start, length))| {
                let span = Span::new(SampleTime(start), SampleTime(start + length));
                Word { span, text: texts[(start as usize + index) % texts.len()].into(), p: 0.5 }
            })
            .collect();
        let mut words = heard.clone();
        align(&mut words, &speech, &nuclei);
        for pair in words.windows(2) {
            prop_assert!(pair[0].span.end <= pair[1].span.start, "{:?} {:?}", pair[0].span, pair[1].span);
        }
        for word in &words {
            let inside = speech.iter().any(|stretch| stretch.start <= word.span.start && word.span.end <= stretch.end);
            prop_assert!(inside && word.span.start <= word.span.end);
        }
        let text = |words: &[Word]| words.iter().map(|word| word.text.clone()).collect::<Vec<_>>();
        prop_assert_eq!(text(&words), text(&heard));
        let mut again = heard;
        align(&mut again, &speech, &nuclei);
        prop_assert_eq!(again, words);
    }
}
