//! A plain HTTP service of this machine into its answer: one request, short, without a library for it.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT: Duration = Duration::from_millis(500);
const ANSWER: Duration = Duration::from_secs(2);
/// etcd's metrics are about 100 KiB.
const MOST: u64 = 4 << 20;

/// The text to read as the entry: etcd's `/health` in the words of `etcdctl endpoint health`, else the body as it is.
pub(crate) fn ask(port: u16, path: &str) -> io::Result<String> {
    let answer = get(port, path);
    if path != "/health" {
        return answer;
    }
    let endpoint = format!("http://127.0.0.1:{port}");
    Ok(match answer {
        Ok(body) if body.contains("\"health\":\"true\"") => {
            format!("{endpoint} is healthy: {}\n", body.trim())
        }
        Ok(body) => format!("{endpoint} is unhealthy: {}\n", body.trim()),
        Err(error) => format!("{endpoint} is unhealthy: failed to connect: {error}\n"),
    })
}

fn get(port: u16, path: &str) -> io::Result<String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    stream.set_read_timeout(Some(ANSWER))?;
    stream.set_write_timeout(Some(ANSWER))?;
    // In one piece: a server that answers after the first one would close on the others.
    let request = format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n");
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(MOST).read_to_end(&mut answer)?;
    let text = String::from_utf8_lossy(&answer);
    let (_, body) = text
        .split_once("\r\n\r\n")
        .ok_or_else(|| io::Error::other("no HTTP answer"))?;
    Ok(body.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn health_in_the_words_of_etcdctl() {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            for health in ["true", "false"] {
                let (mut stream, _) = listener.accept().unwrap();
                let mut head = [0; 256];
                let _ = stream.read(&mut head).unwrap();
                write!(
                    stream,
                    "HTTP/1.0 200 OK\r\nX: y\r\n\r\n{{\"health\":\"{health}\"}}"
                )
                .unwrap();
            }
        });
        assert!(ask(port, "/health").unwrap().contains(" is healthy: "));
        assert!(ask(port, "/health").unwrap().contains(" is unhealthy: "));
        server.join().unwrap();
        assert!(ask(port, "/health").unwrap().contains("failed to connect"));
        assert!(ask(port, "/metrics").is_err());
    }
}
