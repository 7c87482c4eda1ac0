//! HTTP servers on loopback that answer as a test says, mistakes included.

use std::{
    fmt::Write as _,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

/// What a client asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Path and query.
    pub target: String,
    /// The `Authorization` header.
    pub authorization: Option<String>,
    /// The `Host` header.
    pub host: String,
}

impl Request {
    /// The path without the query.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or(&self.target)
    }
}

/// What a server answers.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// Headers besides `Content-Length`.
    pub headers: Vec<(&'static str, String)>,
    /// What comes behind them.
    pub body: Body,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// The whole.
    Bytes(Vec<u8>),
    /// Less than was announced.
    Short {
        /// What comes.
        bytes: Vec<u8>,
        /// How many bytes are announced.
        announced: u64,
    },
    /// Without an announced length, as many zeros as the client takes.
    Endless,
    /// Nothing, until the client goes.
    Silence,
}

impl Answer {
    /// A success with content.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self::status(200, body)
    }

    /// Any status with content.
    pub fn status(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: Body::Bytes(body.into()) }
    }

    /// The same with one more header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// A server that runs until it is dropped.
#[derive(Debug)]
pub struct Server {
    address: String,
    requests: Arc<Mutex<Vec<Request>>>,
    ends: Arc<AtomicBool>,
}

impl Server {
    /// Starts a server on a free port of loopback.
    ///
    /// # Panics
    /// When there is no such port.
    pub fn start(answer: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener =
            TcpListener::bind("127.0.0.1:0").unwrap_or_else(|error| panic!("loopback: {error}"));
        let address = listener.local_addr().unwrap_or_else(|error| panic!("{error}")).to_string();
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let ends: Arc<AtomicBool> = Arc::default();
        let (log, stop, answer) = (Arc::clone(&requests), Arc::clone(&ends), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let (log, answer) = (Arc::clone(&log), Arc::clone(&answer));
                // A client that goes early is no fault of the server.
                thread::spawn(move || drop(serve(&stream, &log, &*answer)));
            }
        });
        Self { address, requests, ends }
    }

    /// Its host and port.
    pub fn host(&self) -> &str {
        &self.address
    }

    /// Its root as a URL, without a closing `/`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What it was asked so far.
    pub fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // The thread waits for a connection and looks then.
        drop(TcpStream::connect(&self.address));
    }
}

fn serve(
    stream: &TcpStream,
    log: &Mutex<Vec<Request>>,
    answer: &(dyn Fn(&Request) -> Answer + Send + Sync),
) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    let mut reader = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first)? == 0 {
            return Ok(());
        }
        let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut request = Request { target, authorization: None, host: String::new() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let line = line.trim_end();
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            match name.to_ascii_lowercase().as_str() {
                "authorization" => request.authorization = Some(value.trim().to_owned()),
                "host" => value.trim().clone_into(&mut request.host),
                _ => {}
            }
        }
        log.lock().unwrap_or_else(PoisonError::into_inner).push(request.clone());
        if !send(stream, &answer(&request))? {
            return Ok(());
        }
    }
}

/// Sends an answer; says whether the connection can be used again.
fn send(mut stream: &TcpStream, answer: &Answer) -> std::io::Result<bool> {
    let mut head = format!("HTTP/1.1 {} Said\r\n", answer.status);
    for (name, value) in &answer.headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    match &answer.body {
        Body::Bytes(bytes) => {
            let _ = write!(head, "Content-Length: {}\r\n\r\n", bytes.len());
            stream.write_all(head.as_bytes())?;
            stream.write_all(bytes)?;
            Ok(true)
        }
        Body::Short { bytes, announced } => {
            let _ = write!(head, "Content-Length: {announced}\r\n\r\n");
            stream.write_all(head.as_bytes())?;
            stream.write_all(bytes)?;
            Ok(false)
        }
        Body::Endless => {
            stream.write_all((head + "Connection: close\r\n\r\n").as_bytes())?;
            let zeros = vec![0; 1 << 16];
            loop {
                stream.write_all(&zeros)?;
            }
        }
        Body::Silence => {
            let mut byte = [0];
            drop(std::io::Read::read(&mut stream, &mut byte));
            Ok(false)
        }
    }
}
