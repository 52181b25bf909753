//! What can go wrong with models that the user manages.

use crate::speech::model::Flaw;
use std::path::PathBuf;

/// Why a site gave nothing of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// No connection came about.
    #[error("no connection ({0})")]
    Connection(String),
    /// No connection within the time given, seconds.
    #[error("no connection within {0} s")]
    ConnectionTime(u64),
    /// Connected, but nothing came, seconds.
    #[error("nothing came for {0} s")]
    Silence(u64),
    /// An answer other than the file.
    #[error("it answered with status {0}")]
    Status(u16),
    /// It sent us on and on.
    #[error("it sent the request on more than {0} times")]
    Redirects(usize),
    /// It sent us to an address without encryption, or to none at all.
    #[error("it sent the request on to {0:?}, which is not safe to follow")]
    Unsafe(String),
    /// It has another file by this name.
    #[error("its file has {has} bytes and should have {wants}")]
    Size {
        /// Bytes there.
        has: u64,
        /// Bytes of the right file.
        wants: u64,
    },
}

/// A site that was tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The site.
    pub source_url: String,
    /// Why it gave nothing.
    pub why: NoAnswer,
}

/// What can go wrong with models that the user manages. Every sentence says what happened and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The catalogue does not know it.
    #[error("there is no model {wanted:?}; `voicemirror models` lists them: {known}")]
    Unknown {
        /// What was asked for.
        wanted: String,
        /// Ids of the catalogue.
        known: String,
    },
    /// It is published nowhere.
    #[error("the model {id} cannot be fetched, it only comes with the program; install the program again")]
    NotOffered {
        /// Id.
        id: String,
    },
    /// This build fetches nothing.
    #[error("this build cannot fetch models (feature `download`); put the file into {folder} by hand", folder = folder.display())]
    NoDownload {
        /// The user's folder.
        folder: PathBuf,
    },
    /// A source that is no address of a site.
    #[error("{source_url:?} is no address to fetch models from; it should look like https://hf-mirror.com")]
    BadSource {
        /// What was given.
        source_url: String,
    },
    /// No site gave anything.
    #[error(
        "cannot fetch {file}: {}; check the network, name another site with --source URL, or fetch the file in another way and run `voicemirror models add FILE`",
        tried_text(tried)
    )]
    NoSource {
        /// File name.
        file: String,
        /// The sites, in order.
        tried: Vec<Tried>,
    },
    /// The stream went dry.
    #[error("the download of {file} stands still: nothing came for {seconds} s, {} are here; Resume (`voicemirror models get {id}`) goes on from there", megabytes_of(*bytes, *total))]
    Stalled {
        /// Id.
        id: String,
        /// File name.
        file: String,
        /// Bytes that are here.
        bytes: u64,
        /// Bytes of the whole file.
        total: u64,
        /// How long nothing came, seconds.
        seconds: u64,
    },
    /// The stream ended early.
    #[error("the download of {file} was cut off ({reason}), {} are here; Resume (`voicemirror models get {id}`) goes on from there", megabytes_of(*bytes, *total))]
    CutOff {
        /// Id.
        id: String,
        /// File name.
        file: String,
        /// Bytes that are here.
        bytes: u64,
        /// Bytes of the whole file.
        total: u64,
        /// The network's reason.
        reason: String,
    },
    /// The user stopped it.
    #[error("the download of {file} is paused, {} are here; Resume (`voicemirror models get {id}`) goes on from there", megabytes_of(*bytes, *total))]
    Stopped {
        /// Id.
        id: String,
        /// File name.
        file: String,
        /// Bytes that are here.
        bytes: u64,
        /// Bytes of the whole file.
        total: u64,
    },
    /// What came is not the model.
    #[error(
        "what {source_url} sent as {file} is not the right file (its SHA-256 differs); it was thrown away; try again, or another site with --source URL"
    )]
    WrongHash {
        /// File name.
        file: String,
        /// The site.
        source_url: String,
    },
    /// The disk is too small.
    #[error("{file} needs {} MB of free space in {folder} and there are {} MB; free some space and try again", needed_bytes.div_ceil(1_000_000), free_bytes / 1_000_000, folder = folder.display())]
    NoSpace {
        /// File name.
        file: String,
        /// The folder.
        folder: PathBuf,
        /// Bytes that are needed.
        needed_bytes: u64,
        /// Bytes that are free.
        free_bytes: u64,
    },
    /// Another window or command is at it.
    #[error("{file} is being fetched by another Voice Mirror window or command; wait for it or stop it there")]
    Busy {
        /// File name.
        file: String,
    },
    /// The system refuses.
    #[error("cannot {action} {path}: {reason}; check that the disk is connected and that you may write there", path = path.display())]
    Io {
        /// What was tried, e.g. `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        reason: String,
    },
    /// A file that is no model.
    #[error("{path} is no speech model: {flaw}; nothing was changed", path = path.display())]
    NotAModel {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        flaw: Flaw,
    },
    /// A file that should be a known model and differs from it.
    #[error("{path} is not {file} as it was published: {flaw}; fetch it again; nothing was changed", path = path.display())]
    Mismatch {
        /// The file given.
        path: PathBuf,
        /// File name of the catalogue.
        file: String,
        /// What differs.
        flaw: Flaw,
    },
    /// The bundled model stays.
    #[error("the model {id} comes with the program and stays; other models can be removed")]
    Bundled {
        /// Id.
        id: String,
    },
    /// There is nothing to remove.
    #[error("the model {id} is not in {folder}, so there is nothing to remove", folder = folder.display())]
    NotHere {
        /// Id or file name.
        id: String,
        /// The user's folder.
        folder: PathBuf,
    },
    /// There is no folder to keep models in.
    #[error(transparent)]
    Folder(#[from] crate::session::store::StoreError),
}

impl ModelError {
    /// Whether something was asked for that does not exist, as opposed to something that went wrong.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Unknown { .. } | Self::BadSource { .. })
    }

    /// Whether the user stopped it.
    pub fn is_stop(&self) -> bool {
        matches!(self, Self::Stopped { .. })
    }
}

fn tried_text(tried: &[Tried]) -> String {
    let each = tried.iter().map(|one| format!("{}: {}", one.source_url, one.why));
    each.collect::<Vec<_>>().join("; ")
}

/// `81.2 of 190.1 MB (42 %)`.
pub fn megabytes_of(bytes: u64, total: u64) -> String {
    let megabytes = |bytes: u64| bytes as f64 / 1e6;
    let percent = bytes.saturating_mul(100) / total.max(1);
    format!("{:.1} of {:.1} MB ({percent} %)", megabytes(bytes), megabytes(total))
}
