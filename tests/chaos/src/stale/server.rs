//! A server that closes idle connections, and records the moment.

use std::collections::HashMap;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection};
use serde_json::Value;
use zexa::{Client, ClientBuilder};

const RESPONSE: &[u8] = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 35\r\n\r\n\
    {\"id\": \"msg_1\", \"status\": \"queued\"}";

/// The file of the certificate. Removed when this is dropped.
struct CaFile(PathBuf);

impl Drop for CaFile {
    fn drop(&mut self) {
        // Nothing depends on it.
        let _ = std::fs::remove_file(&self.0);
    }
}

#[derive(Default)]
struct Record {
    /// How often each text was received.
    received: HashMap<String, u32>,
    /// When the server has ended a connection last.
    end: Option<Instant>,
}

pub(super) struct Server {
    address: SocketAddr,
    ca_file: Option<CaFile>,
    record: Arc<Mutex<Record>>,
}

impl Server {
    /// Starts a server that ends connections after this idle time. Its threads end with the process.
    pub(super) fn start(idle: Duration, uses_tls: bool) -> Result<Server, Box<dyn std::error::Error>> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let (tls, ca_file) =
            if uses_tls { tls(address.port()).map(|(tls, file)| (Some(tls), Some(file)))? } else { (None, None) };
        let record = Arc::new(Mutex::new(Record::default()));
        let shared = record.clone();
        thread::spawn(move || {
            for tcp in listener.incoming().flatten() {
                let (tls, record) = (tls.clone(), shared.clone());
                // A connection fails if the client ends it, or is lost.
                thread::spawn(move || drop(serve(tcp, tls, idle, &record)));
            }
        });
        Ok(Server { address, ca_file, record })
    }

    pub(super) fn builder(&self) -> ClientBuilder {
        let scheme = if self.ca_file.is_some() { "https" } else { "http" };
        let builder = Client::builder().base_url(format!("{scheme}://{}/v1", self.address)).api_key("k").max_retries(0);
        match &self.ca_file {
            Some(file) => builder.ca_file(&file.0),
            None => builder,
        }
    }

    pub(super) fn received(&self) -> HashMap<String, u32> {
        locked(&self.record).received.clone()
    }

    /// The moment of the last end of a connection since the previous call of this function.
    pub(super) fn last_end(&self) -> Option<Instant> {
        locked(&self.record).end.take()
    }
}

fn locked(record: &Mutex<Record>) -> MutexGuard<'_, Record> {
    record.lock().unwrap_or_else(PoisonError::into_inner)
}

fn tls(port: u16) -> Result<(Arc<ServerConfig>, CaFile), Box<dyn std::error::Error>> {
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["127.0.0.1".to_owned()])?;
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)?;
    let file = CaFile(std::env::temp_dir().join(format!("zexa-stale-{}-{port}.pem", std::process::id())));
    std::fs::write(&file.0, cert.pem())?;
    Ok((Arc::new(config), file))
}

fn serve(mut tcp: TcpStream, tls: Option<Arc<ServerConfig>>, idle: Duration, record: &Mutex<Record>) -> io::Result<()> {
    tcp.set_nodelay(true)?;
    let mut session = tls.map(ServerConnection::new).transpose().map_err(io::Error::other)?;
    loop {
        let text = match &mut session {
            Some(session) => read_message(&mut rustls::Stream::new(session, &mut tcp))?,
            None => read_message(&mut tcp)?,
        };
        *locked(record).received.entry(text).or_default() += 1;
        match &mut session {
            Some(session) => rustls::Stream::new(session, &mut tcp).write_all(RESPONSE)?,
            None => tcp.write_all(RESPONSE)?,
        }
        super::pause_until(Instant::now() + idle);
        tcp.set_nonblocking(true)?;
        if tcp.peek(&mut [0]).is_err() {
            if let Some(session) = &mut session {
                session.send_close_notify();
                session.write_tls(&mut tcp)?;
            }
            let mut record = locked(record);
            record.end = Some(Instant::now());
            drop(tcp);
            return Ok(());
        }
        tcp.set_nonblocking(false)?;
    }
}

/// Reads a request, and returns the text of its message.
fn read_message(stream: &mut impl Read) -> io::Result<String> {
    let mut request = Vec::new();
    loop {
        let mut bytes = [0; 4096];
        match stream.read(&mut bytes)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => request.extend_from_slice(&bytes[..count]),
        }
        if let Some(head) = request.windows(4).position(|end| end == b"\r\n\r\n")
            && let Ok(message) = serde_json::from_slice::<Value>(&request[head + 4..])
        {
            return Ok(message["body"].as_str().unwrap_or_default().to_owned());
        }
    }
}
