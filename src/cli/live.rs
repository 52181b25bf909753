//! `voicemirror live` and `voicemirror demo --no-window`: the live pipeline in the terminal.

use super::analyze::setup_failure;
use super::args::{LiveArgs, SetupArgs};
use super::{Failure, Outcome, output};
use crate::audio::capture::RING_S;
use crate::audio::file::FileSource;
use crate::audio::paced::PacedSource;
use crate::audio::source::Source;
use crate::engine::live::{LiveOptions, LiveSession, Trouble, live_text_threads};
use crate::practice::setup::{Setup, load_transcriber, source_info};
use crate::practice::{baseline, dismissals, report};
use crate::resources::{self, DEMO};
use crate::session::event::{DeviceState, Header, Hit, HitLevel, Language, SessionEvent};
use crate::session::library::Library;
use crate::session::recorder::Recorder;
use crate::session::store::{default_root, local_now, started_text};
use crate::session::timeline::Timeline;
use crate::time::clock_text;
use anyhow::{Context, anyhow};
use rust_i18n::t;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How often the terminal looks for news.
const POLL: Duration = Duration::from_millis(50);
/// How much longer than asked for a session may take, in seconds, when the device is slow or silent.
const PATIENCE_S: f64 = 10.0;

pub fn run(args: &LiveArgs, locale: &'static str) -> Outcome {
    if args.seconds.is_some_and(|seconds| !seconds.is_finite() || seconds <= 0.0) {
        return Err(Failure::Usage(anyhow!("--seconds needs a number above 0")));
    }
    let wanted = Wanted { setup: &args.setup, seconds: args.seconds, save: args.save };
    let open = || match &args.from {
        Some(path) => open_recording(path),
        None => open_microphone(args.device.as_deref()),
    };
    let (document, timeline) = session(open, &wanted, locale)?;
    match &args.json {
        Some(target) => output::write_json(&document, target),
        None => output::print(&output::summary(&document, &timeline, locale)),
    }
}

/// A recording that stands in for a microphone: it comes at real speed, and a reader who is too late loses sound.
fn open_recording(path: &Path) -> anyhow::Result<Box<dyn Source>> {
    let ring = Duration::from_secs(RING_S.into());
    Ok(Box::new(PacedSource::new(FileSource::open(path)?).losing_after(ring)))
}

/// The bundled recording at real speed, in the terminal.
pub fn demo(asked_for_terminal: bool, locale: &'static str) -> Outcome {
    if !asked_for_terminal {
        eprintln!("{}", t!("cli.no_display", locale = locale));
    }
    let path = resources::find(DEMO)
        .ok_or_else(|| anyhow!("the bundled recording {DEMO} is missing; fetch the program again"))?;
    let setup = SetupArgs {
        lang: super::args::Lang::Zh,
        profile: "textbook".into(),
        pack: None,
        model: None,
        no_text: cfg!(not(feature = "whisper")),
        threads: None,
    };
    let wanted = Wanted { setup: &setup, seconds: None, save: false };
    let open = || -> anyhow::Result<Box<dyn Source>> { Ok(Box::new(PacedSource::new(FileSource::open(&path)?))) };
    let (document, timeline) = session(open, &wanted, locale)?;
    output::print(&format!("\n{}", output::summary(&document, &timeline, locale)))
}

#[cfg(feature = "mic")]
fn open_microphone(device: Option<&str>) -> anyhow::Result<Box<dyn Source>> {
    Ok(Box::new(crate::audio::mic::MicSource::open(device)?))
}

#[cfg(not(feature = "mic"))]
fn open_microphone(_device: Option<&str>) -> anyhow::Result<Box<dyn Source>> {
    Err(anyhow!("this build cannot listen (feature `mic`); `voicemirror analyze FILE` works without a microphone"))
}

struct Wanted<'a> {
    setup: &'a SetupArgs,
    seconds: Option<f64>,
    save: bool,
}

/// Runs a session to its end, telling what is flagged as it is; answers with its report.
fn session(
    open: impl FnOnce() -> anyhow::Result<Box<dyn Source>>,
    wanted: &Wanted<'_>,
    locale: &'static str,
) -> Result<(Value, Timeline), Failure> {
    let language: Language = wanted.setup.lang.into();
    let setup = Setup::load(&wanted.setup.profile, wanted.setup.pack.as_deref(), language).map_err(setup_failure)?;
    let cancel = Arc::new(AtomicBool::new(false));
    let threads = wanted.setup.threads_or(live_text_threads());
    let transcriber = match wanted.setup.no_text {
        true => None,
        false => {
            let model: Option<&Path> = wanted.setup.model.as_deref();
            Some(load_transcriber(model, language, threads, Arc::clone(&cancel))?)
        }
    };
    let source = open()?;
    let info = source_info(source.as_ref());
    let started = local_now();
    let model = transcriber.as_ref().map_or(String::new(), |text| text.model_name());
    let baseline = default_root().ok().and_then(|root| baseline::of_library(&Library::open(root), &info));
    // Without a data folder nothing was ever kept.
    let mut tell = |sentence: String| eprintln!("voicemirror: {sentence}");
    let dismissals = default_root().map_or(Vec::new(), |root| dismissals::for_session(&root, locale, &mut tell));
    let header = Header { baseline, dismissals, ..setup.header(info, model, started_text(&started)) };
    let recorder = match wanted.save {
        true => Some(Recorder::create(&default_root()?, &header, started)?),
        false => None,
    };
    eprintln!("{}", t!("cli.listening", locale = locale, source = source.name()));
    let session = LiveSession::start(LiveOptions {
        source,
        header,
        pack: Arc::clone(&setup.pack),
        transcriber,
        cancel,
        text_threads: threads,
        partial_text: true,
        recorder,
        summarize: Box::new(move |timeline| report::document(timeline, locale)),
        wake: Box::new(|| {}),
    })?;
    let begun = Instant::now();
    let Followed { timeline, lost, drafts } = follow(&session, wanted, locale)?;
    let outcome = session.join();
    if let Some(folder) = outcome.folder {
        eprintln!("{}", t!("cli.saved", locale = locale, folder = folder.display()));
    }
    let mut document = report::document(&timeline, locale);
    document["drafts"] = drafts.into();
    report::add_timing(&mut document, begun.elapsed().as_secs_f64(), timeline.duration().seconds());
    match lost {
        Some(sentence) => {
            output::print(&output::summary(&document, &timeline, locale))?;
            Err(Failure::Failed(anyhow!(sentence)))
        }
        None => Ok((document, timeline)),
    }
}

/// What came of a session.
struct Followed {
    timeline: Timeline,
    /// The sentence of a trouble that cost the person something.
    lost: Option<String>,
    /// Every text that was shown before it was settled, for the document: when, what, and from where on it was heard.
    drafts: Vec<Value>,
}

/// Tells the flags as they are raised until the session is over.
fn follow(session: &LiveSession, wanted: &Wanted<'_>, locale: &str) -> Result<Followed, Failure> {
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed)).context("cannot listen for Ctrl-C")?;
    let begun = Instant::now();
    let mut timeline = Timeline::default();
    let (mut lost, mut drafts) = (None, Vec::new());
    let mut stopping = false;
    loop {
        let finished = session.is_finished();
        for event in session.take_events() {
            tell_early(&event, &timeline, locale);
            timeline.apply(&event);
            tell(&event, &timeline, locale);
            if let SessionEvent::Partial { span, text, .. } = &event {
                let (at, start) = (timeline.position, span.start);
                drafts.push(json!({"at_s": report::seconds(at), "start_s": report::seconds(start), "text": text}));
            }
        }
        for trouble in session.take_troubles() {
            eprintln!("voicemirror: {trouble}");
            if !matches!(trouble, Trouble::Text(_)) {
                lost.get_or_insert(trouble.to_string());
            }
        }
        if finished {
            return Ok(Followed { timeline, lost, drafts });
        }
        // Seconds are counted in sound, so a device that is slow to start still gives the time asked for; one that
        // gives nothing at all must not hold up a script for ever.
        let enough = wanted.seconds.is_some_and(|seconds| {
            timeline.position.seconds() + 0.2 >= seconds || begun.elapsed().as_secs_f64() >= seconds + PATIENCE_S
        });
        if !stopping && (enough || interrupted.load(Ordering::Relaxed)) {
            stopping = true;
            session.stop();
        }
        std::thread::sleep(POLL);
    }
}

/// Tells banned wording as soon as it seems to have been said, and what turned out to have been misheard; `before` is the
/// session up to this event.
fn tell_early(event: &SessionEvent, before: &Timeline, locale: &str) {
    let tell = |key: &str, hit: &Hit| {
        eprintln!(" ? {}  {:<8}{}", clock_text(hit.span.start), hit.rule, t!(key, locale = locale, text = hit.text));
    };
    match event {
        SessionEvent::Provisional { hits } => {
            let is_new = |hit: &&Hit| {
                let same = |known: &Hit| known.rule == hit.rule && known.ready_at == hit.ready_at;
                hit.level == HitLevel::Banned && !before.provisional.iter().any(same)
            };
            hits.iter().filter(is_new).for_each(|hit| tell("cli.perhaps", hit));
        }
        SessionEvent::Withdrawn { hit, .. } if hit.level == HitLevel::Banned => tell("live.withdrawn", hit),
        _ => {}
    }
}

fn tell(event: &SessionEvent, timeline: &Timeline, locale: &str) {
    match event {
        SessionEvent::Flag(flag) if timeline.why_aside(flag.id).is_none() => {
            eprint!("{}", output::flag_lines(flag, timeline, locale));
        }
        SessionEvent::FlagBack { id } => {
            let flag = timeline.flags.iter().find(|flag| flag.id == *id);
            eprint!("{}", flag.map_or(String::new(), |flag| output::flag_lines(flag, timeline, locale)));
        }
        SessionEvent::Text(segment) => eprintln!("    {}", segment.text()),
        SessionEvent::Device { state, name, .. } => {
            let state = match state {
                DeviceState::Ok => "ok",
                DeviceState::Stalled => "stalled",
                DeviceState::Lost => "lost",
                DeviceState::Silent => "silent",
            };
            eprintln!("    {}", t!(&format!("cli.device.{state}"), locale = locale, name = name));
        }
        _ => {}
    }
}
