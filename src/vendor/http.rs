//! One HTTP client: time-outs, limits, redirects, credentials for their own host alone.

use std::{
    io::{self, Read as _},
    time::Duration,
};

use flate2::read::MultiGzDecoder;
use ureq::Agent;

use super::{address::Address, credentials::Credentials, error::FetchError};
use crate::network::agent;

/// More redirects than this are a circle.
const MAX_REDIRECTS: usize = 8;

/// Fetches from servers that nobody vouches for.
pub(super) struct Client {
    agent: Agent,
    silence: Duration,
    pub(super) credentials: Credentials,
}

/// One thing to ask for.
#[derive(Clone, Copy)]
pub(super) struct Request<'a> {
    /// `Accept`.
    pub(super) accept: &'a str,
    /// `Authorization`, for the host of the URL alone.
    pub(super) authorization: Authorization<'a>,
    /// Bytes of the body.
    pub(super) limit: u64,
    /// Whether the body may come compressed.
    pub(super) gzip: bool,
}

/// Who asks.
#[derive(Clone, Copy)]
pub(super) enum Authorization<'a> {
    /// Whoever the client is to that host.
    Own,
    Nobody,
    Given(&'a str),
}

/// What a server said.
#[derive(Debug)]
pub(super) struct Response {
    pub(super) status: u16,
    /// Where the answer came from, after all redirects.
    pub(super) address: Address,
    pub(super) content_type: String,
    pub(super) challenge: Option<String>,
    pub(super) link: Option<String>,
    pub(super) body: Vec<u8>,
}

impl Client {
    /// A client that waits so long for a server that says nothing.
    pub(super) fn new(credentials: Credentials, silence: Duration) -> Self {
        Self { agent: agent(silence), silence, credentials }
    }

    /// The answer to a request, whatever its status; an error for any but 2xx is
    /// [`Client::get`].
    pub(super) fn ask(
        &self,
        address: &Address,
        request: Request<'_>,
    ) -> Result<Response, FetchError> {
        let mut at = address.clone();
        for _ in 0..=MAX_REDIRECTS {
            let may_know = at.is_same_origin(address);
            let authorization = match request.authorization {
                Authorization::Given(own) if may_know => Some(own.to_owned()),
                Authorization::Own if may_know => self.credentials.basic(&at),
                _ => None,
            };
            let response = self.once(&at, authorization.as_deref(), request)?;
            match response {
                Answer::Content(response) => return Ok(response),
                Answer::Elsewhere(next) => {
                    let next = at.join(&next)?;
                    if at.scheme == "https" && next.scheme == "http" {
                        let (from, to) = (at.to_string(), next.to_string());
                        return Err(FetchError::Downgrade { from, to });
                    }
                    at = next;
                }
            }
        }
        Err(FetchError::Redirects { url: address.to_string(), most: MAX_REDIRECTS })
    }

    /// The content at a URL.
    pub(super) fn get(
        &self,
        address: &Address,
        request: Request<'_>,
    ) -> Result<Response, FetchError> {
        let response = self.ask(address, request)?;
        match response.status {
            200..=299 => Ok(response),
            status => Err(FetchError::Status { url: response.address.to_string(), status }),
        }
    }

    fn once(
        &self,
        at: &Address,
        authorization: Option<&str>,
        request: Request<'_>,
    ) -> Result<Answer, FetchError> {
        let failed = |error: ureq::Error| self.failure(at, error);
        let mut asked = self.agent.get(at.to_string()).header("Accept", request.accept);
        asked = asked.header("Accept-Encoding", if request.gzip { "gzip" } else { "identity" });
        if let Some(authorization) = authorization {
            asked = asked.header("Authorization", authorization);
        }
        let mut answer = asked.call().map_err(failed)?;
        let header = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
        };
        let status = answer.status().as_u16();
        if let (301 | 302 | 303 | 307 | 308, Some(next)) = (status, header("location")) {
            return Ok(Answer::Elsewhere(next));
        }
        let is_packed = request.gzip && header("content-encoding").as_deref() == Some("gzip");
        let mut response = Response {
            status,
            address: at.clone(),
            content_type: header("content-type").unwrap_or_default(),
            challenge: header("www-authenticate"),
            link: header("link"),
            body: Vec::new(),
        };
        let announced = header("content-length").and_then(|length| length.parse::<u64>().ok());
        let large = || FetchError::TooLarge { url: at.to_string(), limit: request.limit };
        if announced.is_some_and(|length| length > request.limit) {
            return Err(large());
        }
        let reader = answer.body_mut().as_reader();
        let read = match is_packed {
            true => read_some(MultiGzDecoder::new(reader), request.limit),
            false => read_some(reader, request.limit),
        };
        response.body = read.map_err(|error| self.failure(at, ureq::Error::from(error)))?;
        match response.body.len() as u64 > request.limit {
            true => Err(large()),
            false => Ok(Answer::Content(response)),
        }
    }

    fn failure(&self, at: &Address, error: ureq::Error) -> FetchError {
        let url = at.to_string();
        match error {
            ureq::Error::Timeout(_) => FetchError::Timeout { url, after: self.silence },
            ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::TimedOut => {
                FetchError::Timeout { url, after: self.silence }
            }
            ureq::Error::Io(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                let cause = match at.scheme.as_str() {
                    "https" => "the connection ends early; does the server speak TLS?",
                    _ => "the connection ends before the content does",
                };
                FetchError::Transport { url, cause: cause.to_owned() }
            }
            other => FetchError::Transport { url, cause: other.to_string() },
        }
    }
}

/// What came back from one server.
enum Answer {
    Content(Response),
    Elsewhere(String),
}

/// As much as the limit allows, and one byte more where there is more.
fn read_some(reader: impl io::Read, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(bytes)
}
