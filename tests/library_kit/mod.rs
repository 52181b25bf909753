//! A made-up session whose every event and sample is known by its number, and how to read one back.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs::File;
use std::path::{Path, PathBuf};
use voicemirror::session::baseline::VoiceBaseline;
use voicemirror::session::event::*;
use voicemirror::session::library::{Entry, Library};
use voicemirror::session::profile::*;
use voicemirror::session::recorder::Recorder;
use voicemirror::session::store::{local_now, started_text};
use voicemirror::session::timeline::Timeline;
use voicemirror::time::{SampleTime, Span};

pub const RATE_HZ: u32 = 48_000;

pub fn header() -> Header {
    let pace = PaceLimits {
        slow_per_min: 120.0,
        good_min_per_min: 150.0,
        good_max_per_min: 200.0,
        fast_per_min: 230.0,
        very_fast_per_min: 260.0,
    };
    Header {
        schema: EVENT_SCHEMA,
        app_version: "0.1.0".into(),
        started_at: started_text(&local_now()),
        source: SourceInfo { path: "Jabra 耳机".into(), rate_hz: RATE_HZ, channels: 1, live: true },
        profile: Profile {
            id: "textbook".into(),
            version: 1,
            pace_zh: pace,
            pace_en: pace,
            pace_window: PaceWindow { window_s: 10.0, min_speech_s: 4.0 },
            pause: PauseLimits {
                min_s: 0.2,
                sentence_s: 0.5,
                hesitation_s: 0.8,
                dead_air_watch_s: 3.0,
                dead_air_bad_s: 5.1,
                after_fact_s: 0.3,
            },
            delivery: DeliveryLimits { monotone_below: 0.3, lively_above: 0.4, min_voiced_s: 3.0 },
            loudness: LoudnessLimits { quiet_db: -40.0, below_usual_db: 12.0, clipped_share: 0.01, fade_db: 9.5 },
            filler: FillerLimits { watch_per_min: 4.5 },
            service: ServiceLimits { volley_gap_s: 1.5, hold_s: 40.0, unannounced_s: 12.0 },
            nudge: NudgeLimits { min_gap_s: 8.0, show_s: 4.0 },
        },
        pack: PackInfo { id: "zh-service".into(), version: 3 },
        model: "ggml-base-q8_0.bin".into(),
        language: Language::Zh,
        baseline: Some(VoiceBaseline {
            speed_st_per_s: 18.3,
            span_st: 4.6,
            level_step_db: 1.9,
            speech_db: Some(-24.0),
            sessions: 5,
            voiced_s: 312.4,
        }),
        dismissals: vec![Dismissal {
            rule: "ban-08".into(),
            phrase: "我不知道".into(),
            before: "这个".into(),
            text: "我不知道".into(),
            after: "您收到没有".into(),
        }],
    }
}

/// A different number for every `seed`, between 0 and 1, with all its digits.
pub fn noise(seed: u64) -> f32 {
    let mixed = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    ((mixed ^ (mixed >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// The `number`-th event of a made-up session; every kind has its turn.
pub fn event(number: u64) -> SessionEvent {
    let at = SampleTime(number * 1_600);
    let span = Span::new(at.saturating_back(800), at);
    let figure = |salt| noise(number * 31 + salt) * 300.0;
    match number % 16 {
        0 => SessionEvent::SpeechStarted { at },
        1 => SessionEvent::Speech { span },
        2 => SessionEvent::Silence { start: span.start, at },
        3 => SessionEvent::Pause(Pause { span, kind: PauseKind::Hesitation }),
        4 => SessionEvent::Pace(PacePoint {
            at,
            window: span,
            per_min: figure(1),
            articulation_per_min: figure(7),
            speech_s: figure(2),
            source: PaceSource::Text,
            unit: PaceUnit::Han,
        }),
        5 => SessionEvent::Liveliness(LivelinessPoint {
            at,
            window: span,
            liveliness: noise(number),
            median_hz: figure(3),
            range_st: figure(4),
            span_st: figure(10),
            speed_st_per_s: figure(11),
            level_sd_db: figure(5),
            level_step_db: figure(12),
            voiced_s: figure(6),
        }),
        6 => SessionEvent::Loudness(LoudnessPoint {
            at,
            window: span,
            speech_db: -figure(7),
            noise_db: -figure(8),
            clipped: 1e-9 * figure(9),
            speech_s: 1.0,
        }),
        7 => SessionEvent::Text(TextSegment {
            span,
            words: vec![Word { span, text: format!("“您好，\n第{number}位\u{0}”"), p: noise(number) }],
            language: Language::Zh,
            ready_at: at + 99,
        }),
        8 => SessionEvent::Hit(Hit {
            rule: "ban-07".into(),
            level: HitLevel::Banned,
            severity: Severity::Bad,
            span,
            ready_at: at,
            text: "不会退".into(),
            reason: "r".into(),
            suggestion: "我帮您看看".into(),
            confidence: noise(number),
            phrase: "不会退".into(),
            by: MatchedBy::Sound,
            phases: vec![CallPhase::Handling],
        }),
        9 => SessionEvent::Flag(Flag {
            id: number as u32,
            kind: FlagKind::BannedWording,
            rule: "ban-07".into(),
            span,
            raised_at: at,
            severity: Severity::Bad,
            measured: None,
            threshold: None,
            text: "null".into(),
            reason: String::new(),
            suggestion: String::new(),
        }),
        10 => SessionEvent::FlagClosed { id: number as u32 - 1, end: at },
        11 => SessionEvent::FlagWorse {
            id: number as u32 - 2,
            severity: Severity::Bad,
            measured: figure(1),
            threshold: 0.1,
        },
        12 => SessionEvent::Cue(Cue {
            id: "E2.greeting".into(),
            span,
            ready_at: at,
            text: "您好".into(),
            confidence: noise(number),
        }),
        13 => SessionEvent::Question(Question {
            kind: QuestionKind::Choice,
            span,
            ready_at: at,
            text: "现金还是转账？".into(),
            units: 6,
        }),
        14 => SessionEvent::Gap { span, cause: GapCause::DeviceStalled },
        _ => {
            let mut block = FrameBlock { start: SampleTime(number / 16 * 1_600), ..FrameBlock::default() };
            (0..10).for_each(|i| {
                block.push(Frame { f0_hz: figure(i), voicing: noise(i), level_db: -figure(i), speech: true })
            });
            block.nuclei.push(at);
            SessionEvent::Frames(block)
        }
    }
}

/// Sample `index` of the made-up voice, exactly as 16 bits hold it.
pub fn sample(index: u64) -> i16 {
    (index.wrapping_mul(2_654_435_761) >> 13) as i16
}

pub fn voice(start: u64, count: u64) -> Vec<f32> {
    (start..start + count).map(|index| f32::from(sample(index)) / 32_768.0).collect()
}

pub fn summarize(timeline: &Timeline) -> serde_json::Value {
    serde_json::json!({ "schema": 1, "score": { "total": 81.5 }, "flags": timeline.flags.len(), "text": timeline.transcript() })
}

/// Records `events` events and a tenth of a second of voice with each; returns the id and all events as stored.
pub fn record(root: &Path, events: u64, finish: bool) -> (String, Vec<SessionEvent>) {
    let header = header();
    let mut recorder = Recorder::create(root, &header, local_now()).unwrap();
    let mut all = vec![SessionEvent::Started(Box::new(header))];
    for number in 0..events {
        recorder.audio(&voice(number * 4_800, 4_800)).unwrap();
        recorder.event(&event(number)).unwrap();
        all.push(event(number));
        recorder.tick().unwrap();
    }
    let id = recorder.id().to_owned();
    if finish {
        let ended = SessionEvent::Ended { at: SampleTime(events * 1_600), cause: EndCause::EndOfInput };
        recorder.event(&ended).unwrap();
        all.push(ended);
        let folder = recorder.finish(&summarize(&Timeline::of(&all))).unwrap();
        assert_eq!(folder.file_name().unwrap().to_str().unwrap(), id);
    }
    (id, all)
}

pub fn file(root: &Path, id: &str, name: &str) -> PathBuf {
    root.join("sessions").join(id).join(name)
}

/// The samples of a recording as symphonia reads them, the same library that replay uses.
pub fn decoded(path: &Path) -> Vec<i16> {
    decoded_from(path, 0).1
}

/// Rate, and the samples from about frame `start` on.
pub fn decoded_from(path: &Path, start: u64) -> (u32, Vec<i16>) {
    use symphonia::core::formats::{SeekMode, SeekTo, TrackType};
    let stream = symphonia::core::io::MediaSourceStream::new(Box::new(File::open(path).unwrap()), Default::default());
    let mut format = symphonia::default::get_probe()
        .probe(&Default::default(), stream, Default::default(), Default::default())
        .unwrap();
    let track = format.default_track(TrackType::Audio).unwrap();
    let parameters = track.codec_params.as_ref().unwrap().audio().unwrap().clone();
    let track_id = track.id;
    if start > 0 {
        let ts = i64::try_from(start).unwrap().into();
        format.seek(SeekMode::Accurate, SeekTo::Timestamp { ts, track_id }).unwrap();
    }
    let mut decoder = symphonia::default::get_codecs().make_audio_decoder(&parameters, &Default::default()).unwrap();
    let mut samples = Vec::new();
    // A file that does not state its length ends with an error at its end.
    while let Ok(Some(packet)) = format.next_packet() {
        let buffer = decoder.decode(&packet).unwrap();
        let mut piece = vec![0i16; buffer.samples_interleaved()];
        buffer.copy_to_slice_interleaved(&mut piece);
        samples.extend(piece);
    }
    (parameters.sample_rate.unwrap(), samples)
}

pub fn assert_is_voice(samples: &[i16]) {
    if let Some(index) = (0..samples.len()).find(|&index| samples[index] != sample(index as u64)) {
        panic!("sample {index} of {} is {} instead of {}", samples.len(), samples[index], sample(index as u64));
    }
}

pub fn only(library: &Library) -> Entry {
    let mut entries = library.list().unwrap();
    assert_eq!(entries.len(), 1, "{entries:?}");
    entries.remove(0)
}
