//! Both listening sockets, bound before anything else.

use std::{io, net::SocketAddr, time::Duration};
use tokio::{net::TcpSocket, time::Instant};

/// A process that is being replaced may hold the address for so long.
const PATIENCE: Duration = Duration::from_secs(8);
/// Connections that may wait while live is replaced.
const BACKLOG: u32 = 4_096;

/// Why an address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} ({option}): {source}. Stop what uses it, or choose another address with {option}")]
pub struct BindError {
    /// Which address.
    pub address: SocketAddr,
    /// The option that chooses it.
    pub option: &'static str,
    /// The system's words.
    pub source: io::Error,
}

/// Bound and listening.
pub(super) struct Sockets {
    pub control: std::net::TcpListener,
    pub live: std::net::TcpListener,
    pub control_address: SocketAddr,
    pub live_address: SocketAddr,
}

impl Sockets {
    /// Binds both. Port 0 takes a free one.
    pub(super) async fn bind(control: SocketAddr, live: SocketAddr) -> Result<Self, BindError> {
        let until = Instant::now() + PATIENCE;
        let (control, control_address) = bind(control, "--listen", until).await?;
        let (live, live_address) = bind(live, "--live-listen", until).await?;
        Ok(Self { control, live, control_address, live_address })
    }
}

async fn bind(address: SocketAddr, option: &'static str, until: Instant) -> Result<(std::net::TcpListener, SocketAddr), BindError> {
    loop {
        match listen(address) {
            Ok(bound) => return Ok(bound),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && Instant::now() < until => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(source) => return Err(BindError { address, option, source }),
        }
    }
}

fn listen(address: SocketAddr) -> io::Result<(std::net::TcpListener, SocketAddr)> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    let listener = socket.listen(BACKLOG)?.into_std()?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn port_zero_takes_free_ones() {
        let any: SocketAddr = ([127, 0, 0, 1], 0).into();
        let sockets = Sockets::bind(any, any).await.unwrap();
        assert!(sockets.control_address.port() != 0 && sockets.control_address != sockets.live_address);
        std::net::TcpStream::connect(sockets.live_address).unwrap();
    }

    #[tokio::test]
    async fn a_taken_address_is_waited_for_and_then_named() {
        let taken = listen(([127, 0, 0, 1], 0).into()).unwrap();
        let error = bind(taken.1, "--listen", Instant::now() + Duration::from_millis(80)).await.unwrap_err();
        assert!(error.to_string().contains(&taken.1.to_string()) && error.to_string().contains("--listen"));

        let freed = tokio::spawn(bind(taken.1, "--listen", Instant::now() + Duration::from_secs(5)));
        tokio::time::sleep(Duration::from_millis(60)).await;
        drop(taken.0);
        freed.await.unwrap().unwrap();
    }
}
