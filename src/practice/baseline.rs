//! The agent's own usual voice, learnt from the sessions that are kept on this machine.
//!
//! Every finished session leaves its figures in its summary, so that a start reads a few small files and no log.
//! The middle one of the last sessions counts: one bad day, or one visitor at the microphone, moves nothing.

use crate::resources::DEMO;
use crate::session::baseline::VoiceBaseline;
use crate::session::event::SourceInfo;
use crate::session::library::Library;
use serde::Deserialize;
use serde_json::Value;

/// The usual voice rests on this many sessions at most, so that it follows an agent who improves.
const MOST_SESSIONS: usize = 10;
/// With fewer sessions nothing is called usual.
const LEAST_SESSIONS: usize = 3;
/// Sessions with less voice than this are no sample of anything, seconds.
const LEAST_VOICED_S: f32 = 10.0;
/// How many of the newest sessions are looked at for those, so that a start stays quick however many there are.
const MOST_LOOKED_AT: usize = 30;

/// The part of a session's report that the baseline is learnt from.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Figures {
    speed_st_per_s: f32,
    span_st: f32,
    level_step_db: f32,
    voiced_s: f32,
    /// Level of speech, dB re full scale, where the session used the microphone in question.
    #[serde(skip)]
    speech_db: Option<f32>,
}

/// The usual voice of whoever speaks into `source`; none when the sessions in `library` do not tell it yet.
pub fn of_library(library: &Library, source: &SourceInfo) -> Option<VoiceBaseline> {
    if is_demo(&source.path) {
        return None;
    }
    let summaries = library.newest_summaries(MOST_LOOKED_AT);
    let figures = summaries.filter_map(|summary| figures_of(&summary, &source.path)).take(MOST_SESSIONS);
    usual(&figures.collect::<Vec<_>>())
}

/// The demo speaks with a voice of its own.
fn is_demo(path: &str) -> bool {
    path.replace('\\', "/").ends_with(DEMO)
}

fn figures_of(summary: &Value, microphone: &str) -> Option<Figures> {
    let path = summary.pointer("/source/path").and_then(Value::as_str).unwrap_or_default();
    let mut figures = Figures::deserialize(summary.get("delivery")?).ok()?;
    // A level says as much about the microphone as about the voice.
    let level = summary.pointer("/loudness/speech_db").and_then(Value::as_f64).filter(|_| path == microphone);
    figures.speech_db = level.map(|level| level as f32);
    (!is_demo(path) && figures.voiced_s >= LEAST_VOICED_S).then_some(figures)
}

fn usual(sessions: &[Figures]) -> Option<VoiceBaseline> {
    if sessions.len() < LEAST_SESSIONS {
        return None;
    }
    let median = |mut values: Vec<f32>| {
        values.sort_unstable_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let middle = |of: fn(&Figures) -> f32| median(sessions.iter().map(of).collect()).unwrap_or_default();
    Some(VoiceBaseline {
        speed_st_per_s: middle(|figures| figures.speed_st_per_s),
        span_st: middle(|figures| figures.span_st),
        level_step_db: middle(|figures| figures.level_step_db),
        speech_db: median(sessions.iter().filter_map(|figures| figures.speech_db).collect()),
        sessions: sessions.len() as u32,
        voiced_s: sessions.iter().map(|figures| figures.voiced_s).sum(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn session(path: &str, span_st: f32, voiced_s: f32) -> Value {
        json!({
            "source": {"path": path},
            "delivery": {"span_st": span_st, "speed_st_per_s": 18.0, "level_step_db": 2.0, "voiced_s": voiced_s},
            "loudness": {"speech_db": -24.0},
        })
    }

    fn of(summaries: &[Value]) -> Option<VoiceBaseline> {
        usual(&summaries.iter().filter_map(|summary| figures_of(summary, "Jabra")).collect::<Vec<_>>())
    }

    #[test]
    fn one_odd_session_moves_nothing() {
        let sessions = [4.0, 4.2, 11.0, 4.1].map(|span_st| session("Jabra", span_st, 60.0));
        let baseline = of(&sessions).expect("four sessions");
        assert_eq!((baseline.span_st, baseline.sessions, baseline.voiced_s), (4.2, 4, 240.0));
        assert_eq!(baseline.speech_db, Some(-24.0));
        let other = [4.0, 4.2, 4.1].map(|span_st| session("built-in", span_st, 60.0));
        assert_eq!(of(&other).expect("three sessions").speech_db, None, "another microphone has another level");
    }

    #[test]
    fn short_sessions_the_demo_and_old_summaries_do_not_count() {
        let (good, short) = (session("Jabra", 4.0, 60.0), session("Jabra", 4.0, 5.0));
        let demo = session(&format!("/opt/voicemirror/{DEMO}"), 9.0, 60.0);
        let old = json!({"source": {"path": "Jabra"}, "delivery": {"liveliness": 0.5, "why": ""}});
        assert_eq!(of(&[good.clone(), good.clone(), short, demo, old]), None);
        assert!(of(&[good.clone(), good.clone(), good]).is_some());
    }
}
