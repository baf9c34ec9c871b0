//! A server of one file over plain HTTP/1.1 with ranges, and with the faults that servers have.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// What is wrong with it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    None,
    /// 503 to the first requests.
    Busy(usize),
    /// The whole file, whatever was asked for.
    IgnoresRanges,
    /// The connection is closed in the middle of so many answers.
    Drops(usize),
    /// The file is said to be ten times as long.
    SaysLonger,
    /// The answer is said to be longer than it is, and the connection stays open for no time.
    SendsLess,
    /// Another file from the third request on.
    Replaced,
    /// No HTTP.
    Babbles,
}

pub(super) struct Server {
    pub(super) port: u16,
    pub(super) sent: Arc<AtomicU64>,
    pub(super) asked: Arc<AtomicUsize>,
    /// First lines and header lines of requests.
    pub(super) heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Serves these bytes under every path until the test ends.
    pub(super) fn start(bytes: Vec<u8>, fault: Fault) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server {
            port: listener.local_addr().unwrap().port(),
            sent: Arc::default(),
            asked: Arc::default(),
            heads: Arc::default(),
        };
        let (sent, asked) = (Arc::clone(&server.sent), Arc::clone(&server.asked));
        let heads = Arc::clone(&server.heads);
        let bytes = Arc::new(bytes);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (sent, asked, bytes) =
                    (Arc::clone(&sent), Arc::clone(&asked), Arc::clone(&bytes));
                let heads = Arc::clone(&heads);
                thread::spawn(move || {
                    let mut reader = BufReader::new(stream);
                    while let Some(head) = request(&mut reader) {
                        heads.lock().unwrap().push(head.clone());
                        let number = asked.fetch_add(1, Ordering::SeqCst);
                        let answer = answer(&head, number, &bytes, fault);
                        let n = answer.body.len() as u64;
                        let stream = reader.get_mut();
                        let whole = stream
                            .write_all(answer.head.as_bytes())
                            .and_then(|()| stream.write_all(&answer.body));
                        sent.fetch_add(n, Ordering::SeqCst);
                        if whole.is_err() || answer.close {
                            return;
                        }
                    }
                });
            }
        });
        server
    }

    pub(super) fn url(&self, name: &str) -> String {
        format!("http://127.0.0.1:{}/{name}", self.port)
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    pub(super) fn heads(&self) -> String {
        self.heads.lock().unwrap().concat()
    }
}

/// The head of the next request.
fn request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            return Some(head);
        }
        head.push_str(&line);
    }
}

struct Answer {
    head: String,
    body: Vec<u8>,
    close: bool,
}

fn answer(head: &str, number: usize, bytes: &[u8], fault: Fault) -> Answer {
    let plain = |status: &str| Answer {
        head: format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n"),
        body: Vec::new(),
        close: false,
    };
    match fault {
        Fault::Busy(times) if number < times => return plain("503 Service Unavailable"),
        Fault::Babbles => {
            return Answer {
                head: "hello, I speak no HTTP\r\n".repeat(50),
                body: Vec::new(),
                close: true,
            };
        }
        _ => {}
    }
    let tag = match fault {
        Fault::Replaced if number >= 2 => "\"two\"",
        _ => "\"one\"",
    };
    let lower = head.to_ascii_lowercase();
    if lower.contains("if-match: \"one\"") && tag == "\"two\"" {
        return plain("412 Precondition Failed");
    }
    let said = match fault {
        Fault::SaysLonger => bytes.len() * 10,
        _ => bytes.len(),
    };
    if head.starts_with("HEAD") {
        return Answer {
            head: format!("HTTP/1.1 200 OK\r\ncontent-length: {said}\r\netag: {tag}\r\n\r\n"),
            body: Vec::new(),
            close: false,
        };
    }
    let range = lower
        .split_once("range: bytes=")
        .and_then(|(_, rest)| rest.split_once("\r\n"))
        .and_then(|(range, _)| range.split_once('-'))
        .map(|(from, to)| (from.parse::<usize>().unwrap(), to.parse::<usize>().unwrap()));
    let (Some((from, to)), false) = (range, fault == Fault::IgnoresRanges) else {
        return Answer {
            head: format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", bytes.len()),
            body: bytes.to_vec(),
            close: false,
        };
    };
    if from >= said {
        return plain("416 Range Not Satisfiable");
    }
    let to = (to + 1).min(said);
    let mut body = bytes
        .get(from..to.min(bytes.len()))
        .unwrap_or_default()
        .to_vec();
    let mut close = false;
    match fault {
        Fault::Drops(times) if number < times => {
            body.truncate(body.len() / 2);
            close = true;
        }
        Fault::SendsLess => {
            body.truncate(body.len() / 2);
            close = true;
        }
        Fault::SaysLonger if body.len() < to - from => close = true,
        _ => {}
    }
    Answer {
        head: format!(
            "HTTP/1.1 206 Partial Content\r\ncontent-length: {}\r\ncontent-range: bytes {from}-{}/{said}\r\netag: {tag}\r\n\r\n",
            to - from,
            to - 1
        ),
        body,
        close,
    }
}
