//! Errors in the language of the window. The library's own sentences are English; in Chinese each says the same:
//! what happened, to which file or device, what to do.

use crate::audio::source::AudioError;
use crate::engine::EngineError;
use crate::session::store::StoreError;
use crate::speech::SpeechError;
use crate::speech::model::Flaw;
use crate::speech::shelf::{ModelError, NoAnswer, Tried, megabytes_of};
use crate::time::SampleTime;
use rust_i18n::t;

/// An error that can tell itself in the language of the window.
pub trait Explain {
    /// One sentence in `locale`.
    fn explain(&self, locale: &str) -> String;
}

impl Explain for AudioError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::Unreadable { path, reason } => {
                t!("error.file_unreadable", locale = locale, path = path.display(), reason = reason)
            }
            Self::UnknownFormat { path, reason } => {
                t!("error.file_format", locale = locale, path = path.display(), reason = reason)
            }
            Self::Empty { path } => t!("error.file_empty", locale = locale, path = path.display()),
            Self::UnsupportedFormat { what, rate_hz, channels } => {
                t!("error.sound_format", locale = locale, what = what, rate = rate_hz, channels = channels)
            }
            Self::NoSuchDevice { name, .. } => t!("error.no_such_device", locale = locale, name = name),
            Self::NoDevice { direction: "microphone" } => t!("error.no_microphone", locale = locale),
            Self::NoDevice { .. } => t!("error.no_loudspeaker", locale = locale),
            Self::Device { name, reason, .. } => {
                t!("error.device", locale = locale, name = name, reason = reason)
            }
            Self::Resample { from_hz, to_hz, .. } => {
                t!("error.resample", locale = locale, from = from_hz, to = to_hz)
            }
        }
        .into_owned()
    }
}

impl Explain for SpeechError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::ModelMissing { path } => t!("error.model_missing", locale = locale, path = path.display()),
            Self::ModelUnreadable { path, reason } => {
                t!("error.model_unreadable", locale = locale, path = path.display(), reason = reason)
            }
            Self::ModelDamaged { path, reason } => {
                t!("error.model_damaged", locale = locale, path = path.display(), reason = reason)
            }
            Self::Unavailable { reason } => t!("error.no_text", locale = locale, reason = reason),
            Self::Failed { start_s, end_s, .. } => {
                let (start, end) = (format!("{start_s:.0}"), format!("{end_s:.0}"));
                t!("error.window_failed", locale = locale, start = start, end = end)
            }
            Self::Cancelled => t!("error.cancelled", locale = locale),
            Self::GivenUp { from_s } => {
                let from = crate::time::clock_text(SampleTime::from_seconds(*from_s));
                t!("error.text_given_up", locale = locale, from = from)
            }
            Self::Crashed { reason } => t!("error.text_crashed", locale = locale, reason = reason),
        }
        .into_owned()
    }
}

impl Explain for NoAnswer {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::Connection(reason) => t!("error.site.connection", locale = locale, reason = reason),
            Self::ConnectionTime(seconds) => t!("error.site.connection_time", locale = locale, seconds = seconds),
            Self::Silence(seconds) => t!("error.site.silence", locale = locale, seconds = seconds),
            Self::Status(status) => t!("error.site.status", locale = locale, status = status),
            Self::Redirects(count) => t!("error.site.redirects", locale = locale, count = count),
            Self::Unsafe(target) => t!("error.site.unsafe", locale = locale, target = target),
            Self::Size { has, wants } => t!("error.site.size", locale = locale, has = has, wants = wants),
        }
        .into_owned()
    }
}

impl Explain for Flaw {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::Unreadable(reason) => t!("error.flaw.unreadable", locale = locale, reason = reason),
            Self::NoFile => t!("error.flaw.no_file", locale = locale),
            Self::Beginning => t!("error.flaw.beginning", locale = locale),
            Self::OtherModel => t!("error.flaw.other_model", locale = locale),
            Self::TooFew(bytes) => t!("error.flaw.too_few", locale = locale, bytes = bytes),
            Self::Size { has, wants } => t!("error.flaw.size", locale = locale, has = has, wants = wants),
            Self::Hash { has, wants } => t!("error.flaw.hash", locale = locale, has = has, wants = wants),
        }
        .into_owned()
    }
}

impl Explain for ModelError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        let site = |one: &Tried| format!("{}：{}", one.source_url, one.why.explain(locale));
        match self {
            Self::Unknown { wanted, known } => t!("error.model.unknown", locale = locale, id = wanted, known = known),
            Self::NotOffered { id } => t!("error.model.not_offered", locale = locale, id = id),
            Self::NoDownload { folder } => t!("error.model.no_download", locale = locale, folder = folder.display()),
            Self::BadSource { source_url } => t!("error.model.bad_source", locale = locale, url = source_url),
            Self::NoSource { file, tried } => {
                let sites = tried.iter().map(site).collect::<Vec<_>>().join("；");
                t!("error.model.no_source", locale = locale, file = file, sites = sites)
            }
            Self::Stalled { file, bytes, total, seconds, .. } => {
                let here = megabytes_of(*bytes, *total).replace(" of ", " / ");
                t!("error.model.stalled", locale = locale, file = file, here = here, seconds = seconds)
            }
            Self::CutOff { file, bytes, total, reason, .. } => {
                let here = megabytes_of(*bytes, *total).replace(" of ", " / ");
                t!("error.model.cut_off", locale = locale, file = file, here = here, reason = reason)
            }
            Self::Stopped { file, bytes, total, .. } => {
                let here = megabytes_of(*bytes, *total).replace(" of ", " / ");
                t!("error.model.stopped", locale = locale, file = file, here = here)
            }
            Self::WrongHash { file, source_url } => {
                t!("error.model.wrong_hash", locale = locale, file = file, url = source_url)
            }
            Self::NoSpace { file, folder, needed_bytes, free_bytes } => {
                let (needed, free) = (needed_bytes.div_ceil(1_000_000), free_bytes / 1_000_000);
                let folder = folder.display();
                t!("error.model.no_space", locale = locale, file = file, folder = folder, needed = needed, free = free)
            }
            Self::Busy { file } => t!("error.model.busy", locale = locale, file = file),
            Self::Io { path, reason, .. } => t!("error.io", locale = locale, path = path.display(), reason = reason),
            Self::NotAModel { path, flaw } => {
                t!("error.model.no_model", locale = locale, path = path.display(), reason = flaw.explain(locale))
            }
            Self::Mismatch { path, file, flaw } => {
                let (path, reason) = (path.display(), flaw.explain(locale));
                t!("error.model.mismatch", locale = locale, path = path, file = file, reason = reason)
            }
            Self::Bundled { id } => t!("error.model.bundled", locale = locale, id = id),
            Self::NotHere { id, folder } => {
                t!("error.model.not_here", locale = locale, id = id, folder = folder.display())
            }
            Self::Folder(error) => return error.explain(locale),
        }
        .into_owned()
    }
}

impl Explain for StoreError {
    fn explain(&self, locale: &str) -> String {
        if locale == "en" {
            return self.to_string();
        }
        match self {
            Self::NoHome => t!("error.no_home", locale = locale),
            Self::Unwritable { folder, reason } => {
                t!("error.unwritable", locale = locale, folder = folder.display(), reason = reason)
            }
            Self::Full { folder, mb_per_hour, .. } => {
                t!("error.disk_full", locale = locale, folder = folder.display(), mb = mb_per_hour)
            }
            Self::Vanished { folder } => t!("error.vanished", locale = locale, folder = folder.display()),
            Self::Io { path, reason, .. } => {
                t!("error.io", locale = locale, path = path.display(), reason = reason)
            }
            Self::NotFinite { .. } => t!("error.internal", locale = locale, detail = self.to_string()),
            Self::NoRate { source_name } => t!("error.no_rate", locale = locale, name = source_name),
            Self::BadId { id } | Self::NotFound { id, .. } | Self::Ambiguous { prefix: id, .. } => {
                t!("error.no_session", locale = locale, id = id)
            }
            Self::Running { id } => t!("error.running", locale = locale, id = id),
            Self::Damaged { path, reason } => {
                t!("error.damaged", locale = locale, path = path.display(), reason = reason)
            }
            Self::Newer { path, .. } => t!("error.newer", locale = locale, path = path.display()),
        }
        .into_owned()
    }
}

impl Explain for EngineError {
    fn explain(&self, locale: &str) -> String {
        match self {
            Self::Audio(error) => error.explain(locale),
            Self::Speech(error) => error.explain(locale),
            Self::Thread { .. } if locale == "en" => self.to_string(),
            Self::Thread { reason } => t!("error.thread", locale = locale, reason = reason).into_owned(),
        }
    }
}
