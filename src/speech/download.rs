//! Fetching a speech model when the user asks for one: the rest of what is here, from the first site that answers.
//!
//! A site that gives nothing is passed over for the next. One that stops half way is not: what has come is kept, and
//! the next call goes on from there, with any site, as size and SHA-256 of the whole are known beforehand.

mod disk;
mod http;
mod part;

pub use disk::free_bytes;

use super::model::{self, CatalogModel};
use super::shelf::{ModelError, NoAnswer, Progress, Shelf, Tried};
use super::source;
use http::{Answer, Client};
use part::Part;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A connection must come about within this time, seconds.
pub const CONNECT_S: u64 = 10;
/// Bytes must come within this time, seconds.
pub const SILENCE_S: u64 = 30;
/// A request is sent on at most so many times.
const MOST_REDIRECTS: usize = 8;
/// Read at once, bytes.
const CHUNK: usize = 1 << 16;
/// Time between two words about progress.
const REPORT_GAP: Duration = Duration::from_millis(100);
/// The speed is that of about so long, seconds.
const SPEED_WINDOW_S: f64 = 3.0;

/// Stops a download from another thread, at once even while it waits for bytes.
#[derive(Clone, Debug, Default)]
pub struct Cancel(Arc<CancelState>);

#[derive(Debug, Default)]
struct CancelState {
    stopped: AtomicBool,
    client: Mutex<Option<Client>>,
}

impl Cancel {
    /// Stops the download.
    pub fn stop(&self) {
        self.0.stopped.store(true, Ordering::SeqCst);
        if let Some(client) = self.client().take() {
            client.shutdown();
        }
    }

    /// Whether it was stopped.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Ordering::SeqCst)
    }

    /// The flag alone, for work that waits for nothing.
    pub fn flag(&self) -> &AtomicBool {
        &self.0.stopped
    }

    fn client(&self) -> std::sync::MutexGuard<'_, Option<Client>> {
        self.0.client.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn watch(&self, client: &Client) {
        *self.client() = Some(client.clone());
        if self.is_stopped() {
            // It was stopped between the check before and the line above.
            self.stop();
        }
    }
}

/// How a download is done.
#[derive(Clone, Debug)]
pub struct Options {
    /// Sites, the first to be tried first.
    pub sources: Vec<String>,
    /// Stops it.
    pub cancel: Cancel,
    /// Longest time without bytes; for tests, [`SILENCE_S`] otherwise.
    pub silence: Duration,
}

impl Options {
    /// From these sites.
    pub fn new(sources: Vec<String>, cancel: Cancel) -> Self {
        Self { sources, cancel, silence: Duration::from_secs(SILENCE_S) }
    }
}

/// What a download came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// It was here already, and is right.
    Already(PathBuf),
    /// It has come.
    New(PathBuf),
}

/// Why one try ended.
enum Ended {
    /// The site gave nothing; another may.
    Passed(NoAnswer),
    /// That is that.
    Failed(ModelError),
}

impl From<ModelError> for Ended {
    fn from(error: ModelError) -> Self {
        Self::Failed(error)
    }
}

impl From<NoAnswer> for Ended {
    fn from(why: NoAnswer) -> Self {
        Self::Passed(why)
    }
}

/// Fetches `model` into the user's folder, or the rest of it. `progress` is told how far it has come.
///
/// # Errors
/// [`ModelError`]. A model that was here stays as it was.
pub fn fetch(
    shelf: &Shelf,
    model: &CatalogModel,
    options: &Options,
    progress: &mut dyn FnMut(Progress),
) -> Result<Fetched, ModelError> {
    if let Some(path) = shelf.path_of(model)
        && model::matches(&path, model).is_ok()
    {
        return Ok(Fetched::Already(path));
    }
    shelf.make_folder()?;
    let mut meter = Meter::new(model.size_bytes, progress);
    let cancel = options.cancel.clone();
    let part = Part::open(shelf, model, &mut |bytes| {
        meter.tell(bytes, false);
        !cancel.is_stopped()
    })?;
    let mut download = Download { model, options, part, meter };
    if let Err(error) = shelf.check_space(&model.file, model.size_bytes.saturating_sub(download.part.bytes())) {
        download.part.leave();
        return Err(error);
    }
    match download.run() {
        Ok(()) => {
            let to = shelf.folder.join(&model.file);
            download.part.finish(model, &to)?;
            Ok(Fetched::New(to))
        }
        Err(error) => {
            download.part.leave();
            Err(error)
        }
    }
}

struct Download<'a> {
    model: &'a CatalogModel,
    options: &'a Options,
    part: Part,
    meter: Meter<'a>,
}

impl Download<'_> {
    /// Goes from site to site until the part is whole.
    fn run(&mut self) -> Result<(), ModelError> {
        let mut tried = Vec::new();
        for source_url in &self.options.sources {
            if self.part.bytes() == self.model.size_bytes {
                return Ok(());
            }
            let Some(address) = source::address(source_url, self.model) else {
                return Err(ModelError::NotOffered { id: self.model.id.clone() });
            };
            match self.try_site(source_url, &address) {
                Ok(()) => return Ok(()),
                Err(Ended::Failed(error)) => return Err(error),
                Err(Ended::Passed(_)) if self.options.cancel.is_stopped() => return Err(self.stopped()),
                Err(Ended::Passed(why)) => tried.push(Tried { source_url: source_url.clone(), why }),
            }
        }
        Err(ModelError::NoSource { file: self.model.file.clone(), tried })
    }

    fn try_site(&mut self, source_url: &str, address: &str) -> Result<(), Ended> {
        let same_site = self.part.note.source_url == source_url;
        let known = self.part.note.etag.clone().filter(|_| same_site);
        let mut answer = self.ask(address, known.as_deref())?;
        let changed = |answer: &Answer| known.is_some() && answer.etag.is_some() && answer.etag != known;
        if self.part.bytes() > 0 && (!self.continues(&answer)? || (answer.status == 206 && changed(&answer))) {
            // Another file than the one that was begun, or no way to get the rest alone: from the start.
            let whole = answer.status == 200;
            self.part.restart()?;
            if !whole {
                answer = self.ask(address, None)?;
            }
        }
        if answer.status != 200 && self.part.bytes() == 0 {
            return Err(NoAnswer::Status(answer.status).into());
        }
        let wants = self.model.size_bytes;
        match answer.length.map(|length| length + self.part.bytes()) {
            Some(has) if has != wants => return Err(NoAnswer::Size { has, wants }.into()),
            _ => {}
        }
        self.part.keep_note(source_url, answer.etag.clone())?;
        self.take(answer)
    }

    /// Whether an answer goes on where the part ends.
    fn continues(&self, answer: &Answer) -> Result<bool, NoAnswer> {
        if answer.status != 206 {
            return match answer.status {
                200 | 416 => Ok(false),
                status => Err(NoAnswer::Status(status)),
            };
        }
        let (from, total) = answer.range.as_deref().and_then(parse_range).unwrap_or_default();
        Ok(from == self.part.bytes() && total.is_none_or(|total| total == self.model.size_bytes))
    }

    /// Asks for what is missing, wherever the site sends us on to.
    fn ask(&self, address: &str, etag: Option<&str>) -> Result<Answer, NoAnswer> {
        let mut address = address.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let client = Client::new(&address, self.options.silence);
            self.options.cancel.watch(&client);
            let answer = client.ask(&address, self.part.bytes(), etag)?;
            if !matches!(answer.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(answer);
            }
            address = sent_on(&address, &answer.location.unwrap_or_default())?;
        }
        Err(NoAnswer::Redirects(MOST_REDIRECTS))
    }

    /// Takes the bytes in.
    fn take(&mut self, mut answer: Answer) -> Result<(), Ended> {
        let begun = self.part.bytes();
        let wants = self.model.size_bytes;
        let mut chunk = vec![0_u8; CHUNK];
        self.meter.restart(begun);
        loop {
            let read = answer.body.read(&mut chunk);
            if self.options.cancel.is_stopped() {
                return Err(self.stopped().into());
            }
            let read = match read {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.broken(begun, &error)),
            };
            let bytes = self.part.bytes() + read as u64;
            if bytes > wants || (read == 0 && bytes < wants && answer.length.is_none()) {
                // A server that names no length may end with another file, e.g. the page of a hotel's network.
                self.part.restart()?;
                return Err(NoAnswer::Size { has: bytes, wants }.into());
            }
            if read == 0 && bytes < wants {
                return Err(self.broken(begun, &std::io::ErrorKind::UnexpectedEof.into()));
            }
            if read == 0 {
                self.meter.tell(bytes, true);
                return Ok(());
            }
            self.part.push(&chunk[..read])?;
            self.meter.tell(bytes, false);
        }
    }

    /// The stream broke. Where nothing had come, another site may do better.
    fn broken(&self, begun: u64, error: &std::io::Error) -> Ended {
        let (id, file) = (self.model.id.clone(), self.model.file.clone());
        let (bytes, total, seconds) = (self.part.bytes(), self.model.size_bytes, self.options.silence.as_secs());
        let silent = http::is_timeout(error);
        match (bytes == begun, silent) {
            (true, true) => NoAnswer::Silence(seconds).into(),
            (true, false) => NoAnswer::Connection(error.to_string()).into(),
            (false, true) => ModelError::Stalled { id, file, bytes, total, seconds }.into(),
            (false, false) => ModelError::CutOff { id, file, bytes, total, reason: error.to_string() }.into(),
        }
    }

    fn stopped(&self) -> ModelError {
        let (id, file) = (self.model.id.clone(), self.model.file.clone());
        ModelError::Stopped { id, file, bytes: self.part.bytes(), total: self.model.size_bytes }
    }
}

/// Where the request goes on; never from an encrypted address to one that is not, except on this computer itself.
fn sent_on(address: &str, location: &str) -> Result<String, NoAnswer> {
    let unsafe_to_follow = || NoAnswer::Unsafe(location.to_owned());
    let next = source::redirected(address, location).ok_or_else(unsafe_to_follow)?;
    let downgrade = address.starts_with("https:") && next.starts_with("http:");
    if downgrade && !source::is_local(&next) { Err(unsafe_to_follow()) } else { Ok(next) }
}

/// `bytes 5-9/10` as its first byte and the length of the whole file.
fn parse_range(text: &str) -> Option<(u64, Option<u64>)> {
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let from = range.split_once('-')?.0.trim().parse().ok()?;
    Some((from, total.trim().parse().ok()))
}

/// Tells progress, not too often, with the speed of the last seconds.
struct Meter<'a> {
    total: u64,
    tell: &'a mut dyn FnMut(Progress),
    last: Option<(Instant, u64)>,
    bytes_per_s: f64,
}

impl<'a> Meter<'a> {
    fn new(total: u64, tell: &'a mut dyn FnMut(Progress)) -> Self {
        Self { total, tell, last: None, bytes_per_s: 0.0 }
    }

    /// Begins anew: what was hashed before says nothing about the network.
    fn restart(&mut self, bytes: u64) {
        (self.last, self.bytes_per_s) = (None, 0.0);
        self.tell(bytes, true);
    }

    fn tell(&mut self, bytes: u64, now: bool) {
        let at = Instant::now();
        let Some((last_at, last_bytes)) = self.last else {
            self.last = Some((at, bytes));
            (self.tell)(Progress { bytes, total: self.total, bytes_per_s: 0.0 });
            return;
        };
        let gap = at - last_at;
        if gap < REPORT_GAP && !now {
            return;
        }
        let seconds = gap.as_secs_f64().max(1e-3);
        let speed = bytes.saturating_sub(last_bytes) as f64 / seconds;
        let weight = (seconds / SPEED_WINDOW_S).min(1.0);
        self.bytes_per_s =
            if self.bytes_per_s == 0.0 { speed } else { self.bytes_per_s + weight * (speed - self.bytes_per_s) };
        self.last = Some((at, bytes));
        (self.tell)(Progress { bytes, total: self.total, bytes_per_s: self.bytes_per_s });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_never_given_up_on_the_way() {
        assert!(sent_on("https://a.cn/x", "http://a.cn/x").is_err());
        assert!(sent_on("https://a.cn/x", "http://localhost.a.cn/x").is_err());
        assert!(sent_on("https://a.cn/x", "https://b.cn/x").is_ok());
        assert!(sent_on("https://a.cn/x", "http://localhost:80/x").is_ok());
        assert!(sent_on("http://a.cn/x", "http://b.cn/x").is_ok());
    }

    #[test]
    fn a_range_is_read_or_counts_as_none() {
        assert_eq!(parse_range("bytes 5-9/10"), Some((5, Some(10))));
        assert_eq!(parse_range("bytes 5-9/*"), Some((5, None)));
        assert_eq!(parse_range("lines 5-9/10"), None);
    }
}
