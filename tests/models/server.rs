//! A server that misbehaves as it is told to.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    pub path: String,
    /// First byte that was asked for.
    pub from: usize,
    pub if_range: Option<String>,
}

/// How a request is answered.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub body: Vec<u8>,
    pub etag: Option<&'static str>,
    pub location: Option<String>,
    /// Whether the rest of a file can be had.
    pub ranges: bool,
    /// Whether the length is told.
    pub length: bool,
    /// Closes after so many bytes of this answer.
    pub cut_after: Option<usize>,
    /// Sends so many bytes of this answer and then nothing, without closing.
    pub stall_after: Option<usize>,
    /// Bytes at once, with a rest of 10 ms after each.
    pub slow: Option<usize>,
}

impl Reply {
    pub fn file(body: &[u8]) -> Self {
        Self {
            status: 200,
            body: body.to_vec(),
            etag: Some("\"v1\""),
            location: None,
            ranges: true,
            length: true,
            cut_after: None,
            stall_after: None,
            slow: None,
        }
    }

    pub fn status(status: u16) -> Self {
        Self { status, etag: None, ranges: false, ..Self::file(b"sorry") }
    }

    pub fn redirect(location: &str) -> Self {
        Self { location: Some(location.into()), ..Self::status(302) }
    }
}

type Script = dyn Fn(usize, &Request) -> Reply + Send + Sync;

pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<Request>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers as `script` says; it is given the number of the request and the request.
    pub fn new(script: impl Fn(usize, &Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<Request>>> = Arc::default();
        let stop = Arc::new(AtomicBool::new(false));
        let (log, stopped, script): (_, _, Arc<Script>) = (Arc::clone(&asked), Arc::clone(&stop), Arc::new(script));
        let thread = std::thread::spawn(move || {
            let mut answering = Vec::new();
            for stream in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    break;
                }
                let (log, stopped, script) = (Arc::clone(&log), Arc::clone(&stopped), Arc::clone(&script));
                answering.push(std::thread::spawn(move || {
                    // A client that goes away is part of the tests.
                    answer(stream.unwrap(), &log, &stopped, script.as_ref()).ok();
                }));
            }
            answering.into_iter().for_each(|thread| thread.join().unwrap());
        });
        Self { url: format!("http://{address}"), asked, stop, thread: Some(thread) }
    }

    pub fn asked(&self) -> Vec<Request> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        TcpStream::connect(self.url.trim_start_matches("http://")).ok();
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

/// The address of a server that does not exist.
pub fn dead() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn answer(stream: TcpStream, log: &Mutex<Vec<Request>>, stop: &AtomicBool, script: &Script) -> std::io::Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let mut request = Request::default();
    while let Some(line) = lines.next().transpose()?.filter(|line| !line.is_empty()) {
        if let Some(rest) = line.strip_prefix("GET ") {
            request.path = rest.split(' ').next().unwrap_or_default().to_owned();
        }
        let Some((name, value)) = line.split_once(": ") else { continue };
        match name.to_lowercase().as_str() {
            "range" => {
                let range = value.strip_prefix("bytes=").and_then(|range| range.strip_suffix('-'));
                request.from = range.and_then(|from| from.parse().ok()).expect("an open range");
            }
            "if-range" => request.if_range = Some(value.to_owned()),
            _ => {}
        }
    }
    if request.path.is_empty() {
        return Ok(());
    }
    let number = {
        let mut log = log.lock().unwrap();
        log.push(request.clone());
        log.len() - 1
    };
    let mut reply = script(number, &request);
    if request.from > 0 && reply.status == 200 && reply.ranges {
        let same = request.if_range.as_deref().is_none_or(|tag| Some(tag) == reply.etag);
        if same && request.from < reply.body.len() {
            reply.status = 206;
        } else if same {
            reply = Reply::status(416);
        }
    }
    send(stream, &request, &reply, stop)
}

fn send(mut stream: TcpStream, request: &Request, reply: &Reply, stop: &AtomicBool) -> std::io::Result<()> {
    let total = reply.body.len();
    let from = if reply.status == 206 { request.from } else { 0 };
    let body = &reply.body[from..];
    let mut head = format!("HTTP/1.1 {} Whatever\r\nConnection: close\r\n", reply.status);
    if reply.length {
        head += &format!("Content-Length: {}\r\n", body.len());
    }
    if reply.status == 206 {
        head += &format!("Content-Range: bytes {from}-{}/{total}\r\n", total - 1);
    }
    for (name, value) in [("ETag", reply.etag.map(str::to_owned)), ("Location", reply.location.clone())] {
        if let Some(value) = value {
            head += &format!("{name}: {value}\r\n");
        }
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    let most = reply.cut_after.or(reply.stall_after).unwrap_or(body.len()).min(body.len());
    for chunk in body[..most].chunks(reply.slow.unwrap_or(1 << 16)) {
        stream.write_all(chunk)?;
        if reply.slow.is_some() {
            std::thread::sleep(Duration::from_millis(10));
        }
    }
    while reply.stall_after.is_some() && !stop.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(())
}
