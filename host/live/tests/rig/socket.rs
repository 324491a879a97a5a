//! A WebSocket client that can be rude.

use actix_http::ws::{Codec, Frame, Item, Message};
use bytes::BytesMut;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};
use tokio_util::codec::{Decoder, Encoder};

pub struct Socket {
    stream: TcpStream,
    codec: Codec,
    buffer: BytesMut,
    /// Status and headers of the answer to the handshake.
    pub head: String,
}

impl Socket {
    /// Asks for one; `head` says whether it was granted.
    pub fn ask(address: SocketAddr, target: &str, headers: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
        stream.set_nodelay(true).unwrap();
        let handshake =
            "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
        write!(stream, "GET {target} HTTP/1.1\r\nhost: localhost\r\n{handshake}{headers}\r\n").unwrap();
        let (mut head, mut byte) = (Vec::new(), [0]);
        while !head.ends_with(b"\r\n\r\n") {
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        let head = String::from_utf8(head).unwrap();
        Self { stream, codec: Codec::new().client_mode().max_size(1 << 20), buffer: BytesMut::new(), head }
    }

    pub fn open(address: SocketAddr, target: &str) -> Self {
        let socket = Self::ask(address, target, "");
        assert!(socket.head.starts_with("HTTP/1.1 101 "), "{}", socket.head);
        assert!(socket.head.to_ascii_lowercase().contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="), "{}", socket.head);
        socket
    }

    pub fn say(&mut self, message: Message) {
        let mut bytes = BytesMut::new();
        self.codec.encode(message, &mut bytes).unwrap();
        self.raw(&bytes);
    }

    pub fn text(&mut self, text: &str) {
        self.say(Message::Text(text.to_owned().into()));
    }

    pub fn parts(&mut self, parts: &[&str]) {
        for (at, part) in parts.iter().enumerate() {
            let bytes = bytes::Bytes::copy_from_slice(part.as_bytes());
            self.say(Message::Continuation(match at {
                0 => Item::FirstText(bytes),
                at if at + 1 == parts.len() => Item::Last(bytes),
                _ => Item::Continue(bytes),
            }));
        }
    }

    pub fn raw(&mut self, bytes: &[u8]) {
        let _ = self.stream.write_all(bytes);
    }

    /// The next frame that is no ping; `None` when the connection is over.
    pub fn frame(&mut self) -> Option<Frame> {
        loop {
            match self.codec.decode(&mut self.buffer).unwrap() {
                Some(Frame::Ping(_)) => {}
                Some(frame) => return Some(frame),
                None => {
                    let mut bytes = [0; 4096];
                    match self.stream.read(&mut bytes) {
                        Ok(0) => return None,
                        Ok(count) => self.buffer.extend_from_slice(&bytes[..count]),
                        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => return None,
                        Err(error) => panic!("{error}"),
                    }
                }
            }
        }
    }

    pub fn hear(&mut self) -> String {
        match self.frame() {
            Some(Frame::Text(text)) => String::from_utf8(text.to_vec()).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    /// The code of the close frame that comes next.
    pub fn end(&mut self) -> u16 {
        match self.frame() {
            Some(Frame::Close(Some(reason))) => reason.code.into(),
            other => panic!("{other:?}"),
        }
    }
}
