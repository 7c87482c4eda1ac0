//! A socket that serves its owner only.

use std::{fs, io, os::unix::fs::PermissionsExt as _, path::Path, time::Duration};

use tokio::{
    net::{UnixListener, UnixStream, unix::SocketAddr},
    time,
};

/// Accepts connections of the user who runs the daemon, and drops all others.
pub(super) struct OwnerListener {
    listener: UnixListener,
    owner: u32,
}

impl OwnerListener {
    /// Listens at `path`, where nothing may be.
    ///
    /// # Errors
    /// When the socket cannot be made.
    pub(super) fn bind(path: &Path) -> io::Result<Self> {
        let listener = UnixListener::bind(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, owner: rustix::process::geteuid().as_raw() })
    }
}

impl axum::serve::Listener for OwnerListener {
    type Io = UnixStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (UnixStream, SocketAddr) {
        /// Out of file descriptors, it is no use to try again at once.
        const PAUSE: Duration = Duration::from_millis(50);
        loop {
            match self.listener.accept().await {
                // The folder keeps others out already; this holds where somebody opened it.
                Ok((stream, address)) => {
                    if stream.peer_cred().is_ok_and(|peer| peer.uid() == self.owner) {
                        return (stream, address);
                    }
                }
                Err(_) => time::sleep(PAUSE).await,
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
