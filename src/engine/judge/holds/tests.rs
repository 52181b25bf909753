use super::*;
use crate::session::timeline::Timeline;

const LIMITS: ServiceLimits = ServiceLimits { volley_gap_s: 1.0, hold_s: 30.0, unannounced_s: 10.0 };

fn at(seconds: f64) -> SampleTime {
    SampleTime::from_seconds(seconds)
}

fn span(start_s: f64, end_s: f64) -> Span {
    Span::new(at(start_s), at(end_s))
}

/// Silence as the pipeline tells it, every half second, and the pause when it is over.
fn silence(start_s: f64, end_s: f64, over: bool) -> Vec<SessionEvent> {
    let steps = ((end_s - start_s) * 2.0) as usize;
    let mut events: Vec<SessionEvent> = (2..=steps)
        .map(|step| SessionEvent::Silence { start: at(start_s), at: at(start_s + step as f64 * 0.5) })
        .collect();
    if over {
        events.push(SessionEvent::SpeechStarted { at: at(end_s) });
        events.push(SessionEvent::Pause(Pause { span: span(start_s, end_s), kind: PauseKind::DeadAir }));
    }
    events
}

/// Text of 2 s that ends at `end_s`, with what was found in it.
fn said(end_s: f64, cues: &[(&str, &str)]) -> Vec<SessionEvent> {
    let segment = TextSegment {
        span: span(end_s - 2.0, end_s + 0.3),
        words: Vec::new(),
        language: Language::Zh,
        ready_at: at(end_s + 1.5),
    };
    let cue = |(id, text): &(&str, &str)| {
        let span = span(end_s - 1.0, end_s);
        SessionEvent::Cue(Cue {
            id: (*id).into(),
            span,
            ready_at: at(end_s + 1.5),
            text: (*text).into(),
            confidence: 1.0,
        })
    };
    std::iter::once(SessionEvent::Text(segment)).chain(cues.iter().map(cue)).collect()
}

fn flags(events: &[SessionEvent]) -> Vec<Flag> {
    let (mut judge, mut writer, mut out) = (HoldJudge::new(LIMITS, true), FlagWriter::default(), Vec::new());
    events.iter().for_each(|event| judge.observe(event, &mut writer, &mut out));
    judge.finish(at(200.0), &mut writer, &mut out);
    Timeline::of(&out).flags
}

#[test]
fn a_silence_without_a_word_is_flagged_after_ten_seconds() {
    let found = flags(&[said(5.0, &[]), silence(5.0, 17.0, true)].concat());
    assert_eq!(found.len(), 1, "{found:?}");
    let flag = &found[0];
    assert_eq!((flag.kind, flag.rule.as_str(), flag.span), (FlagKind::UnexplainedHold, "C6", span(5.0, 17.0)));
    assert_eq!((flag.measured, flag.threshold, flag.raised_at), (Some(12.0), Some(10.0), at(15.0)));
    assert_eq!(flags(&[said(5.0, &[]), silence(5.0, 14.0, true)].concat()), []);
}

#[test]
fn a_hold_lasts_thirty_seconds_or_as_long_as_was_said() {
    let hold = [("D8.hold", "请稍等")];
    assert_eq!(flags(&[said(5.0, &hold), silence(5.0, 33.0, true)].concat()), []);
    let long = flags(&[said(5.0, &hold), silence(5.0, 40.0, true)].concat());
    assert_eq!((long[0].rule.as_str(), long[0].threshold, long[0].raised_at), ("D8", Some(30.0), at(35.0)));
    let named = [("D8.duration", "两分钟"), ("E6.ask", "您能稍等吗")];
    assert_eq!(flags(&[said(5.0, &named), silence(5.0, 100.0, true)].concat()), []);
    let longer = flags(&[said(5.0, &named), silence(5.0, 130.0, true)].concat());
    assert_eq!(longer[0].threshold, Some(120.0));
}

#[test]
fn the_customers_turn_is_no_hold() {
    let offer = [("E3.offer_help", "有什么可以帮您")];
    assert_eq!(flags(&[said(5.0, &offer), silence(5.0, 60.0, true)].concat()), []);
    let question =
        Question { kind: QuestionKind::Open, span: span(3.0, 5.0), ready_at: at(6.5), text: "？".into(), units: 9 };
    let asked = [said(5.0, &[]), vec![SessionEvent::Question(question)], silence(5.0, 60.0, true)];
    assert_eq!(flags(&asked.concat()), []);
}

#[test]
fn late_text_changes_when_and_not_what() {
    let same = |flags: Vec<Flag>| -> Vec<Flag> {
        flags.into_iter().map(|flag| Flag { raised_at: SampleTime::ZERO, ..flag }).collect()
    };
    let frames = |start_s: f64| vec![SessionEvent::Frames(FrameBlock { start: at(start_s), ..FrameBlock::default() })];
    for cues in [&[][..], &[("D8.hold", "请稍等")], &[("E3.offer_help", "有什么可以帮您")]] {
        for (end_s, over) in [(14.0, true), (25.0, true), (50.0, true), (50.0, false)] {
            let text = || [said(5.0, cues), frames(6.0)].concat();
            let (first, second) = (silence(5.0, 12.0, false), silence(5.0, end_s, over));
            let early = flags(&[text(), first.clone(), second.clone()].concat());
            let middle = flags(&[first.clone(), text(), second.clone()].concat());
            let late = flags(&[first.clone(), second.clone(), text()].concat());
            let last = flags(&[first, second, said(5.0, cues)].concat());
            for other in [middle, late, last] {
                assert_eq!(same(early.clone()), same(other), "{cues:?} {end_s} {over}");
            }
        }
    }
}

#[test]
fn where_the_microphone_was_gone_nobody_is_blamed() {
    let gap = vec![SessionEvent::Gap { span: span(6.0, 20.0), cause: GapCause::DeviceLost }];
    assert_eq!(flags(&[said(5.0, &[]), gap, silence(5.0, 28.0, true)].concat()), []);
}
