//! The one place that names ureq: a request for a file or the rest of it, answered with its bytes.

use super::{CONNECT_S, SILENCE_S};
use crate::speech::shelf::NoAnswer;
use crate::speech::source;
use std::io::Read;
use std::time::Duration;
use ureq::{Agent, Error, Timeout};

/// Bytes held back by a server until it begins to answer count as silence, too.
const SILENCE: Duration = Duration::from_secs(SILENCE_S);

/// Opens connections when it is asked for a file, and only then. Clones share them.
#[derive(Clone, Debug)]
pub struct Client {
    agent: Agent,
}

/// What a server says, and the bytes that follow.
pub struct Answer {
    /// Status, e.g. 200.
    pub status: u16,
    /// `Location`, where it sends us on to.
    pub location: Option<String>,
    /// `ETag`, which changes with the file.
    pub etag: Option<String>,
    /// `Content-Range`, e.g. `bytes 5-9/10`.
    pub range: Option<String>,
    /// `Content-Length`.
    pub length: Option<u64>,
    /// The bytes.
    pub body: Box<dyn Read + Send>,
}

impl Client {
    /// A client for addresses like `address`. It goes through the proxy that the environment names, except to this
    /// computer itself.
    pub fn new(address: &str, silence: Duration) -> Self {
        let config = Agent::config_builder()
            .user_agent(concat!("voicemirror/", env!("CARGO_PKG_VERSION")))
            // Redirections are followed by hand: each is checked first.
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .timeout_resolve(Some(Duration::from_secs(CONNECT_S)))
            .timeout_connect(Some(Duration::from_secs(CONNECT_S)))
            .timeout_send_request(Some(SILENCE.min(silence)))
            .timeout_recv_response(Some(SILENCE.min(silence)))
            .timeout_per_read(Some(silence));
        let config = if source::is_local(address) { config.proxy(None) } else { config };
        Self { agent: config.build().new_agent() }
    }

    /// Asks for a file from byte `from` on; with `etag` only if it is still the same file, else for all of it.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub fn ask(&self, address: &str, from: u64, etag: Option<&str>) -> Result<Answer, NoAnswer> {
        // Compressed bytes would have other places and another length.
        let mut request = self.agent.get(address).header("Accept-Encoding", "identity");
        if from > 0 {
            request = request.header("Range", format!("bytes={from}-"));
            if let Some(etag) = etag.filter(|etag| !etag.starts_with("W/")) {
                request = request.header("If-Range", etag);
            }
        }
        let response = request.call().map_err(|error| no_answer(&error))?;
        let header = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
        let (location, etag, range) = (header("location"), header("etag"), header("content-range"));
        let status = response.status().as_u16();
        let body = response.into_body();
        let length = body.content_length();
        Ok(Answer { status, location, etag, range, length, body: Box::new(body.into_reader()) })
    }

    /// Closes all connections: whoever waits for bytes gets an error at once.
    pub fn shutdown(self) {
        self.agent.shutdown();
    }
}

fn no_answer(error: &Error) -> NoAnswer {
    match error {
        Error::Timeout(Timeout::Resolve | Timeout::Connect) => NoAnswer::ConnectionTime(CONNECT_S),
        Error::Timeout(_) => NoAnswer::Silence(SILENCE_S),
        Error::Io(error) if is_timeout(error) => NoAnswer::Silence(SILENCE_S),
        Error::HostNotFound => NoAnswer::Connection("its name is not known here".into()),
        other => NoAnswer::Connection(other.to_string()),
    }
}

/// Whether reading ended because nothing came.
pub fn is_timeout(error: &std::io::Error) -> bool {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<Error>());
    error.kind() == std::io::ErrorKind::TimedOut || matches!(inner, Some(Error::Timeout(_)))
}
