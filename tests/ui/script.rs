//! A scripted session: every event is computed, nothing is measured, so that pictures can be compared.

use voicemirror::session::event::*;
use voicemirror::session::profile::*;
use voicemirror::session::timeline::Timeline;
use voicemirror::time::{FRAME_SAMPLES, SampleTime, Span, samples};

/// The textbook's numbers.
pub fn profile() -> Profile {
    Profile {
        id: "textbook".into(),
        version: 1,
        pace_zh: PaceLimits {
            slow_per_min: 100.0,
            good_min_per_min: 120.0,
            good_max_per_min: 180.0,
            fast_per_min: 200.0,
            very_fast_per_min: 240.0,
        },
        pace_en: PaceLimits {
            slow_per_min: 100.0,
            good_min_per_min: 110.0,
            good_max_per_min: 160.0,
            fast_per_min: 165.0,
            very_fast_per_min: 200.0,
        },
        pace_window: PaceWindow { window_s: 15.0, min_speech_s: 4.0 },
        pause: PauseLimits {
            min_s: 0.25,
            sentence_s: 0.6,
            hesitation_s: 0.8,
            dead_air_watch_s: 3.0,
            dead_air_bad_s: 5.0,
            after_fact_s: 0.3,
        },
        delivery: DeliveryLimits { monotone_below: 0.3, lively_above: 0.4, min_voiced_s: 3.0 },
        loudness: LoudnessLimits { quiet_db: -42.0, below_usual_db: 12.0, clipped_share: 0.001, fade_db: 12.0 },
        filler: FillerLimits { watch_per_min: 4.0 },
        service: ServiceLimits { volley_gap_s: 1.0, hold_s: 30.0, unannounced_s: 10.0 },
        nudge: NudgeLimits { min_gap_s: 20.0, show_s: 6.0 },
    }
}

/// A clause: when it starts, and its characters; each lasts 0.28 s.
const CLAUSES: &[(f64, &str)] = &[
    (1.0, "您好，"),
    (2.1, "这里是云杉通信服务热线，"),
    (5.9, "我是客服小林。"),
    (8.4, "很高兴为您服务。"),
    (11.6, "您反映的是上个月的话费问题，"),
    (15.9, "我看到账单里有一笔增值业务费。"),
    (21.4, "这个业务是三月份开通的。"),
    (25.2, "这个我不知道，"),
    (27.6, "这是我们公司的规定。"),
    (31.9, "您应该先核对开通记录，"),
    (35.6, "然后我帮您申请退费。"),
    (40.8, "请您放心，"),
    (42.6, "今天下午五点前给您回复。"),
];

const CHARACTER_S: f64 = 0.28;

fn span(start_s: f64, end_s: f64) -> Span {
    Span::new(SampleTime::from_seconds(start_s), SampleTime::from_seconds(end_s))
}

/// Characters of a clause, punctuation joined to the one before.
fn characters(text: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for character in text.chars() {
        match (character, out.last_mut()) {
            ('，' | '。', Some(last)) => last.push(character),
            _ => out.push(character.to_string()),
        }
    }
    out
}

fn clause_end_s((start_s, text): (f64, &str)) -> f64 {
    start_s + characters(text).len() as f64 * CHARACTER_S
}

/// Pitch in semitones around 220 Hz at `at_s`, inside a clause: tones over a slow fall; flat between 14 s and 24 s.
fn tone_st(at_s: f64, start_s: f64) -> f64 {
    let within = (at_s - start_s) / CHARACTER_S;
    let shape = [3.2, -1.5, 4.1, -4.6, 0.8, 2.4, -3.0][(within as usize + start_s as usize) % 7];
    let bend = (within.fract() - 0.5) * [1.5, -3.0, 2.0, 4.0, -2.2][(within as usize) % 5];
    let size = if (14.0..24.0).contains(&at_s) { 0.25 } else { 1.0 };
    (shape + bend) * size - (at_s - start_s) * 0.5
}

fn frame_at(at_s: f64) -> Frame {
    let clause = CLAUSES.iter().find(|clause| (clause.0..clause_end_s(**clause)).contains(&at_s));
    let hum = (at_s * 37.0).sin() * 1.5;
    let Some((start_s, _)) = clause else {
        return Frame { f0_hz: 0.0, voicing: 0.1, level_db: -57.0 + hum as f32, speech: false };
    };
    let within = ((at_s - start_s) / CHARACTER_S).fract();
    let voiced = (0.22..0.94).contains(&within);
    let f0_hz = if voiced { 220.0 * (tone_st(at_s, *start_s) / 12.0).exp2() } else { 0.0 };
    let level_db = -24.0 + 9.0 * (within * std::f64::consts::PI).sin() + hum;
    Frame { f0_hz: f0_hz as f32, voicing: if voiced { 0.9 } else { 0.2 }, level_db: level_db as f32, speech: true }
}

fn started(language: Language) -> SessionEvent {
    SessionEvent::Started(Box::new(Header {
        schema: EVENT_SCHEMA,
        app_version: "0.1.0".into(),
        started_at: "2026-11-21T21:17:16+08:00".into(),
        source: SourceInfo { path: "Jabra Evolve2 40".into(), rate_hz: 48_000, channels: 1, live: true },
        profile: profile(),
        pack: PackInfo { id: "zh-service".into(), version: 1 },
        model: "ggml-base-q8_0.bin".into(),
        language,
        baseline: None,
        dismissals: Vec::new(),
    }))
}

fn frames(until_s: f64) -> Vec<SessionEvent> {
    let count = samples(until_s) as usize / FRAME_SAMPLES;
    let block = |first: usize| {
        let mut block = FrameBlock { start: SampleTime((first * FRAME_SAMPLES) as u64), ..FrameBlock::default() };
        for index in first..(first + 10).min(count) {
            block.push(frame_at((index as f64 + 0.5) * 0.01));
        }
        SessionEvent::Frames(block)
    };
    (0..count).step_by(10).map(block).collect()
}

fn voice(until_s: f64) -> Vec<SessionEvent> {
    let mut events = Vec::new();
    let mut last_end_s: Option<f64> = None;
    for clause in CLAUSES.iter().copied() {
        let (start_s, end_s) = (clause.0, clause_end_s(clause));
        if start_s > until_s {
            break;
        }
        events.push(SessionEvent::SpeechStarted { at: SampleTime::from_seconds(start_s) });
        if let Some(last_s) = last_end_s {
            let kind = match start_s - last_s {
                gap if gap > 1.3 => PauseKind::Hesitation,
                gap if gap > 0.6 => PauseKind::Sentence,
                _ => PauseKind::Clause,
            };
            events.push(SessionEvent::Pause(Pause { span: span(last_s, start_s), kind }));
        }
        if end_s <= until_s {
            events.push(SessionEvent::Speech { span: span(start_s, end_s) });
        }
        last_end_s = Some(end_s);
    }
    events
}

fn text(until_s: f64, behind_s: f64) -> Vec<SessionEvent> {
    let mut events = Vec::new();
    for clause in CLAUSES.iter().copied() {
        let (start_s, end_s) = (clause.0, clause_end_s(clause));
        let words: Vec<Word> = characters(clause.1)
            .into_iter()
            .enumerate()
            .map(|(index, text)| {
                let from_s = start_s + index as f64 * CHARACTER_S;
                Word { span: span(from_s, from_s + CHARACTER_S), text, p: 0.9 }
            })
            .collect();
        let ready_at = SampleTime::from_seconds(end_s + behind_s);
        if end_s + behind_s <= until_s {
            let segment = TextSegment { span: span(start_s, end_s), words, language: Language::Zh, ready_at };
            let facts = voicemirror::wording::facts(&segment);
            events.push(SessionEvent::Text(segment));
            events.extend(facts.into_iter().map(SessionEvent::Fact));
        } else if start_s + 0.5 < until_s {
            let spoken = ((until_s - start_s - 0.3) / CHARACTER_S) as usize;
            let text: String = words.iter().take(spoken).map(|word| word.text.as_str()).collect();
            events.push(SessionEvent::Partial { span: span(start_s, until_s), text, stable_chars: 0 });
            break;
        }
    }
    events
}

fn hit(rule: &str, level: HitLevel, (from_s, to_s): (f64, f64), text: &str, suggestion: &str) -> Hit {
    Hit {
        rule: rule.into(),
        level,
        severity: if level == HitLevel::Banned { Severity::Bad } else { Severity::Watch },
        span: span(from_s, to_s),
        ready_at: SampleTime::from_seconds(to_s + 1.2),
        text: text.into(),
        reason: "把责任推给规定，客户听到的是拒绝。".into(),
        suggestion: suggestion.into(),
        confidence: 0.95,
        phrase: text.into(),
        by: MatchedBy::Characters,
        phases: Vec::new(),
    }
}

fn hits() -> Vec<Hit> {
    vec![
        hit("ban-08", HitLevel::Banned, (25.76, 26.88), "我不知道", "对不起，我不清楚，我帮您问一下"),
        hit("ban-07", HitLevel::Banned, (27.6, 30.12), "这是我们公司的规定", "我帮您看看能怎么处理"),
        hit("ban-03", HitLevel::Discouraged, (31.9, 32.74), "您应该", "建议您"),
        Hit {
            severity: Severity::Info,
            reason: "方案后面没有问客户的意见。".into(),
            ..hit("D4", HitLevel::Discouraged, (36.72, 38.12), "您申请退费", "我帮您申请退费，您看这样可以吗？")
        },
    ]
}

fn cue(id: &str, (from_s, to_s): (f64, f64), text: &str) -> Cue {
    let ready_at = SampleTime::from_seconds(to_s + 1.2);
    Cue { id: id.into(), span: span(from_s, to_s), ready_at, text: text.into(), confidence: 0.9 }
}

fn cues() -> Vec<Cue> {
    vec![
        cue("E2.greeting", (1.0, 1.56), "您好"),
        cue("E2.identity", (5.9, 7.58), "我是客服小林"),
        cue("E3.offer_help", (9.24, 10.36), "为您服务"),
        cue("E4.use_name", (12.0, 12.5), "王先生"),
        cue("E5.repeat_back", (11.6, 14.96), "您反映的是上个月的话费问题"),
        cue("D5.refusal", (27.6, 30.12), "这是我们公司的规定"),
        cue("F1.solution", (35.88, 38.4), "我帮您申请退费"),
        cue("F2.empathy", (40.8, 41.9), "请您放心"),
        cue("F3.can", (35.88, 38.4), "我帮您申请退费"),
        cue("F3.cannot", (25.76, 26.88), "我不知道"),
        cue("D4.proposal", (35.88, 38.4), "我帮您申请退费"),
        cue("E8.actions", (42.6, 45.0), "今天下午五点前给您回复"),
        cue("B2.acknowledge", (11.6, 12.0), "您反映"),
    ]
}

fn questions() -> Vec<Question> {
    let question = |kind, (from_s, to_s): (f64, f64), text: &str, units| {
        let ready_at = SampleTime::from_seconds(to_s + 1.2);
        Question { kind, span: span(from_s, to_s), ready_at, text: text.into(), units }
    };
    vec![
        question(QuestionKind::Closed, (11.6, 14.96), "您反映的是上个月的话费问题", 13),
        question(QuestionKind::Specific, (21.4, 24.0), "这个业务是三月份开通的", 11),
        question(QuestionKind::Closed, (31.9, 34.9), "您应该先核对开通记录", 10),
    ]
}

/// A flag with what the tests need.
pub fn flag(id: u32, kind: FlagKind, (from_s, to_s): (f64, f64), raised_s: f64) -> Flag {
    let (severity, measured, threshold) = match kind {
        FlagKind::FastSpeech => (Severity::Watch, Some(218.0), Some(200.0)),
        FlagKind::SlowSpeech => (Severity::Watch, Some(92.0), Some(100.0)),
        FlagKind::Monotone => (Severity::Watch, Some(0.21), Some(0.3)),
        FlagKind::TooQuiet => (Severity::Watch, Some(-46.0), Some(-42.0)),
        FlagKind::TooLoud => (Severity::Watch, Some(0.02), Some(0.001)),
        FlagKind::LongPause => (Severity::Bad, Some(5.1), Some(5.0)),
        FlagKind::Filler => (Severity::Info, Some(2.0), Some(4.0)),
        FlagKind::FadingEnd => (Severity::Watch, Some(14.2), Some(12.0)),
        FlagKind::RushedFact => (Severity::Watch, Some(0.1), Some(0.3)),
        FlagKind::BannedWording => (Severity::Bad, None, None),
        FlagKind::DiscouragedWording => (Severity::Watch, None, None),
        FlagKind::QuestionVolley => (Severity::Watch, Some(3.0), Some(1.0)),
        FlagKind::UnexplainedHold => (Severity::Watch, Some(14.0), Some(10.0)),
    };
    Flag {
        id,
        kind,
        rule: "A3".into(),
        span: span(from_s, to_s),
        raised_at: SampleTime::from_seconds(raised_s),
        severity,
        measured,
        threshold,
        text: String::new(),
        reason: String::new(),
        suggestion: String::new(),
    }
}

fn flags() -> Vec<Flag> {
    let mut flags =
        vec![flag(0, FlagKind::FastSpeech, (2.1, 9.0), 9.4), flag(1, FlagKind::Monotone, (14.0, 22.0), 22.2)];
    for (index, hit) in hits().iter().enumerate() {
        let kind = if hit.level == HitLevel::Banned { FlagKind::BannedWording } else { FlagKind::DiscouragedWording };
        let ready_s = hit.ready_at.seconds();
        flags.push(Flag {
            rule: hit.rule.clone(),
            severity: hit.severity,
            text: hit.text.clone(),
            reason: hit.reason.clone(),
            suggestion: hit.suggestion.clone(),
            ..flag(2 + index as u32, kind, (hit.span.start.seconds(), hit.span.end.seconds()), ready_s)
        });
    }
    flags
}

fn measures(until_s: f64) -> Vec<SessionEvent> {
    let mut events = Vec::new();
    for second in 5..until_s as usize {
        let at = SampleTime::from_seconds(second as f64);
        let window = span((second as f64 - 15.0).max(0.0), second as f64);
        let wave = (second as f32 * 0.31).sin();
        events.push(SessionEvent::Pace(PacePoint {
            at,
            window,
            per_min: 168.0 + 22.0 * wave,
            articulation_per_min: 214.0 + 22.0 * wave,
            speech_s: 9.0,
            source: PaceSource::Text,
            unit: PaceUnit::Han,
        }));
        let liveliness = if (16..24).contains(&second) { 0.21 } else { 0.62 };
        events.push(SessionEvent::Liveliness(LivelinessPoint {
            at,
            window,
            liveliness,
            median_hz: 220.0,
            range_st: 7.0,
            span_st: 4.5,
            speed_st_per_s: 20.0,
            level_sd_db: 5.0,
            level_step_db: 2.0,
            voiced_s: 7.0,
        }));
    }
    events
}

/// Length of the whole session, seconds.
pub const WHOLE_S: f64 = 47.5;

/// The events of the first `until_s` seconds, without an end.
pub fn events(until_s: f64) -> Vec<SessionEvent> {
    let mut events = vec![
        started(Language::Zh),
        SessionEvent::Device { at: SampleTime::ZERO, state: DeviceState::Ok, name: "Jabra Evolve2 40".into() },
    ];
    events.extend(frames(until_s));
    events.extend(voice(until_s));
    events.extend(measures(until_s));
    events.extend(text(until_s, 1.0));
    let known = SampleTime::from_seconds(until_s);
    events.extend(hits().into_iter().filter(|hit| hit.ready_at <= known).map(SessionEvent::Hit));
    events.extend(cues().into_iter().filter(|cue| cue.ready_at <= known).map(SessionEvent::Cue));
    events.extend(questions().into_iter().filter(|asked| asked.ready_at <= known).map(SessionEvent::Question));
    events.extend(flags().into_iter().filter(|flag| flag.raised_at <= known).map(SessionEvent::Flag));
    events.push(SessionEvent::Lag { at: known, behind_s: 0.8, effort: Default::default() });
    events
}

/// A session that is going on, `until_s` seconds old.
pub fn live(until_s: f64) -> Timeline {
    Timeline::of(&events(until_s))
}

/// The whole session, ended.
pub fn whole() -> Timeline {
    let mut events = events(WHOLE_S);
    events.push(SessionEvent::Ended { at: SampleTime::from_seconds(WHOLE_S), cause: EndCause::Stopped });
    Timeline::of(&events)
}

/// A session with far too much of everything.
pub fn full() -> Timeline {
    let mut events = events(WHOLE_S);
    let kinds = [
        FlagKind::FastSpeech,
        FlagKind::Monotone,
        FlagKind::TooLoud,
        FlagKind::LongPause,
        FlagKind::BannedWording,
        FlagKind::TooQuiet,
    ];
    for index in 0..40u32 {
        let at_s = 6.0 + f64::from(index);
        let mut flag = flag(10 + index, kinds[index as usize % kinds.len()], (at_s - 1.0, at_s), at_s);
        if flag.kind == FlagKind::BannedWording {
            flag.text = "你怎么连这个都不知道啊我都跟你说了好几遍了你到底有没有在听我说话".into();
            flag.suggestion =
                "对不起，可能是我没有说清楚，我再给您讲一遍，您看这样可以吗？如果还有不明白的地方请随时告诉我".into();
        }
        events.push(SessionEvent::Flag(flag));
    }
    events.push(SessionEvent::Gap { span: span(43.0, 45.0), cause: GapCause::DeviceLost });
    Timeline::of(&events)
}
