
async fn talk(_socket: Socket, _event: SocketEvent, _ctx: Ctx) -> Result<()> { Ok(()) }
