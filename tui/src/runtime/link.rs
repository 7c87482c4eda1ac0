//! The two ways between the interface and the one that started it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};

use zij_core::report::model::{Problem, Report};

use crate::message::{Epoch, Message, Progress, Request};

/// Messages that may wait to be taken in; whoever sends more is held up, except for progress.
const WAITING: usize = 64;

/// Sends data to the interface, from any thread. Everything is sent under the epoch of the request
/// that it answers; what comes unasked, under the epoch of the latest request.
///
/// Nothing is returned: an interface that has ended needs no data.
#[derive(Clone, Debug)]
pub struct Feed {
    parcels: SyncSender<Parcel>,
}

/// What the loop waits for.
#[derive(Debug)]
pub(crate) enum Parcel {
    /// All input that was there at once.
    Input(Vec<Message>),
    /// Data, or the end.
    News(Message),
    /// The terminal can no longer be read.
    Hangup,
}

/// The interface's end of the two ways.
#[derive(Debug)]
pub struct Link {
    pub(crate) parcels: Receiver<Parcel>,
    pub(crate) feed: Feed,
    pub(crate) requests: Sender<Request>,
}

/// Makes the two ways: data in, requests out, and the end that [`run`](crate::run) takes.
pub fn link() -> (Feed, Receiver<Request>, Link) {
    let (sender, parcels) = sync_channel(WAITING);
    let (requests, asked) = channel();
    let feed = Feed { parcels: sender };
    (feed.clone(), asked, Link { parcels, feed, requests })
}

impl Feed {
    /// Says how far the work is. Left out when the interface is behind: the next one says more.
    pub fn progress(&self, epoch: Epoch, progress: Progress) {
        drop(self.parcels.try_send(Parcel::News(Message::Progress(epoch, progress))));
    }

    /// Hands over a report.
    pub fn report(&self, epoch: Epoch, report: Arc<Report>) {
        self.deliver(Parcel::News(Message::Report(epoch, report)));
    }

    /// Says that a report could not be made.
    pub fn failed(&self, epoch: Epoch, problem: Problem) {
        self.deliver(Parcel::News(Message::Failed(epoch, problem)));
    }

    /// Ends the interface, as on SIGTERM and SIGHUP.
    pub fn stop(&self) {
        self.deliver(Parcel::News(Message::Stop));
    }

    pub(crate) fn deliver(&self, parcel: Parcel) {
        drop(self.parcels.send(parcel));
    }
}
