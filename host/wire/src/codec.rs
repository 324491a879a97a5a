//! Length-prefixed JSON frames.

use serde::{Serialize, de::DeserializeOwned};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// The largest frame in either direction, bytes.
pub const MAX_FRAME: usize = 4 << 20;

/// Why a frame could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// The other side closed the wire between two frames.
    #[error("the wire is closed")]
    Closed,
    /// The socket failed, or ended inside a frame.
    #[error("the wire failed: {0}")]
    Io(#[from] std::io::Error),
    /// A frame above [`MAX_FRAME`].
    #[error("a frame of {0} bytes is above the limit of {MAX_FRAME}")]
    TooLarge(usize),
    /// A frame that is not a known message.
    #[error("a frame is not a known message: {0}")]
    Malformed(#[from] serde_json::Error),
}

/// Reads one message. Not cancel-safe: give each reader a task of its own.
pub async fn read_frame<T: DeserializeOwned>(reader: &mut (impl AsyncRead + Unpin)) -> Result<T, WireError> {
    Ok(read_sized_frame(reader).await?.0)
}

/// The same, with the frame's bytes.
pub async fn read_sized_frame<T: DeserializeOwned>(reader: &mut (impl AsyncRead + Unpin)) -> Result<(T, usize), WireError> {
    let mut length = [0u8; 4];
    match reader.read_exact(&mut length).await {
        Ok(_) => {}
        Err(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => return Err(WireError::Closed),
        Err(e) => return Err(e.into()),
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > MAX_FRAME {
        return Err(WireError::TooLarge(length));
    }
    let mut frame = vec![0; length];
    reader.read_exact(&mut frame).await?;
    Ok((serde_json::from_slice(&frame)?, length))
}

/// Writes one message.
pub async fn write_frame(writer: &mut (impl AsyncWrite + Unpin), message: &impl Serialize) -> Result<(), WireError> {
    let mut frame = vec![0; 4];
    serde_json::to_writer(&mut frame, message)?;
    let length = frame.len() - 4;
    if length > MAX_FRAME {
        return Err(WireError::TooLarge(length));
    }
    frame[..4].copy_from_slice(&u32::try_from(length).expect("MAX_FRAME fits in u32").to_le_bytes());
    writer.write_all(&frame).await?;
    writer.flush().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn frames_round_trip_and_are_bounded() {
        let (mut a, mut b) = tokio::io::duplex(1 << 16);
        write_frame(&mut a, &vec!["x", "y"]).await.unwrap();
        assert_eq!(read_frame::<Vec<String>>(&mut b).await.unwrap(), ["x", "y"]);

        a.write_all(&u32::MAX.to_le_bytes()).await.unwrap();
        assert!(matches!(read_frame::<String>(&mut b).await, Err(WireError::TooLarge(_))));
        drop(a);
        assert!(matches!(read_frame::<String>(&mut b).await, Err(WireError::Closed)));
    }

    #[tokio::test]
    async fn garbage_is_an_error() {
        let (mut a, mut b) = tokio::io::duplex(1 << 16);
        a.write_all(&[3, 0, 0, 0, 0xff, 0xfe, 0xfd]).await.unwrap();
        assert!(matches!(read_frame::<String>(&mut b).await, Err(WireError::Malformed(_))));
    }
}
