//! All servers of one sandbox. They share a thread, the control API and a certificate authority.

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::net::TcpListener;

use crate::net::accept;
use crate::net::tls::{Authority, ClientCertificate};
use crate::server::{Addresses, Server};
use crate::spec::{Listen, ServerSpec};

#[derive(Debug, Default)]
pub(crate) struct Hub {
    servers: Mutex<BTreeMap<u64, Arc<Server>>>,
    last: AtomicU64,
    authority: Mutex<Option<Arc<Authority>>>,
}

/// A server and its hub.
#[derive(Debug, Clone)]
pub(crate) struct HostedServer {
    pub(crate) hub: Arc<Hub>,
    pub(crate) server: Arc<Server>,
    /// Whether only the control API is served, which faults do not affect.
    pub(crate) only_control: bool,
}

impl Hub {
    /// Starts the first server, which serves the control API of all servers.
    pub(crate) async fn start(spec: ServerSpec, listen: Listen) -> io::Result<HostedServer> {
        let hub = Arc::new(Self::default());
        let listener = TcpListener::bind((listen.host, listen.port)).await?;
        let address = listener.local_addr()?;
        if !spec.state.tls {
            let control = format!("http://{}/_sandbox", reachable(address));
            return hub.serve(0, spec, listener, control);
        }
        // The control API stays plain HTTP, so that tests can use it without the certificate.
        let control_listener = TcpListener::bind((listen.host, 0)).await?;
        let control = format!("http://{}/_sandbox", reachable(control_listener.local_addr()?));
        let hosted = hub.serve(0, spec, listener, control)?;
        tokio::spawn(accept::serve(control_listener, HostedServer { only_control: true, ..hosted.clone() }, None));
        Ok(hosted)
    }

    /// Starts another server on the same address as the first.
    pub(crate) async fn start_instance(self: &Arc<Self>, spec: ServerSpec) -> io::Result<Arc<Server>> {
        let number = self.last.fetch_add(1, Ordering::Relaxed) + 1;
        let root = self.server(0).ok_or_else(|| io::Error::other("the sandbox is stopping"))?;
        let host = root.addresses.address.ip();
        let listener = TcpListener::bind((host, 0)).await?;
        let control = format!("{}/instances/{number}", root.addresses.control);
        Ok(self.serve(number, spec, listener, control)?.server)
    }

    fn serve(
        self: &Arc<Self>,
        number: u64,
        spec: ServerSpec,
        listener: TcpListener,
        control: String,
    ) -> io::Result<HostedServer> {
        let address = listener.local_addr()?;
        if spec.state.require_client_certificate && !spec.state.tls {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "require_client_certificate: requires tls"));
        }
        let authority = if spec.state.tls { Some(self.authority(address.ip())?) } else { None };
        let tls = authority.as_ref().map(|authority| authority.tls(&spec.state)).transpose()?;
        let scheme = if spec.state.tls { "https" } else { "http" };
        let addresses = Addresses {
            address,
            url: format!("{scheme}://{}/v1", reachable(address)),
            control,
            tls: authority.map(|authority| authority.files()),
        };
        let server = Server::start(number, spec, addresses);
        self.servers().insert(number, Arc::clone(&server));
        let hosted = HostedServer { hub: Arc::clone(self), server, only_control: false };
        tokio::spawn(accept::serve(listener, hosted.clone(), tls));
        Ok(hosted)
    }

    pub(crate) fn server(&self, number: u64) -> Option<Arc<Server>> {
        self.servers().get(&number).cloned()
    }

    /// Stops a server. Returns `false` if it does not exist.
    pub(crate) fn end(&self, number: u64) -> bool {
        let server = self.servers().remove(&number);
        server.inspect(|server| server.stop()).is_some()
    }

    /// Stops all servers.
    pub(crate) fn end_all(&self) {
        for server in std::mem::take(&mut *self.servers()).into_values() {
            server.stop();
        }
        // Dropping the authority removes its certificate file.
        self.authority.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    fn servers(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Server>>> {
        self.servers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues a certificate to a client.
    pub(crate) fn issue_client_certificate(&self, name: &str, key: Option<&str>) -> io::Result<ClientCertificate> {
        let authority = self.authority.lock().unwrap_or_else(PoisonError::into_inner).clone();
        authority.ok_or_else(|| io::Error::other("the sandbox has no TLS"))?.issue_client_certificate(name, key)
    }

    fn authority(&self, host: IpAddr) -> io::Result<Arc<Authority>> {
        let mut authority = self.authority.lock().unwrap_or_else(PoisonError::into_inner);
        match &*authority {
            Some(authority) => Ok(Arc::clone(authority)),
            None => Ok(Arc::clone(authority.insert(Arc::new(Authority::new(host)?)))),
        }
    }
}

/// Replaces the wildcard address by the loopback address, which clients can connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(_) if address.ip().is_unspecified() => ([127, 0, 0, 1], address.port()).into(),
        SocketAddr::V6(_) if address.ip().is_unspecified() => (std::net::Ipv6Addr::LOCALHOST, address.port()).into(),
        _ => address,
    }
}
