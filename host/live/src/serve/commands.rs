//! Carries control's commands out, one after the other, on a thread of its own: loading blocks for a moment.

use super::{handler::Shared, turn::Turn};
use crate::live::Order;
use kandra_model::Timestamp;
use kandra_wire::{Command, CommandId, Envelope, LiveReport, Outcome, Refusal, ToControl};
use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::sync::mpsc::{Receiver, Sender};

/// Answers that are remembered, in case a command comes again.
const REMEMBERED: usize = 256;

/// What a report says of the process as a whole.
#[derive(Clone, Debug)]
pub(crate) struct Process {
    pub workers: u32,
    pub layers: Vec<String>,
}

/// Carries commands out.
pub(crate) struct Commands {
    shared: Arc<Shared>,
    process: Process,
    turn: Turn,
    drain: Sender<Duration>,
    answered: VecDeque<(CommandId, Outcome)>,
}

impl Commands {
    pub fn new(shared: Arc<Shared>, process: Process, turn: Turn, drain: Sender<Duration>) -> Self {
        Self { shared, process, turn, drain, answered: VecDeque::new() }
    }

    /// Until the sender is gone.
    pub fn run(mut self, mut commands: Receiver<Envelope>, replies: &Sender<ToControl>) {
        while let Some(envelope) = commands.blocking_recv() {
            let id = envelope.id;
            let outcome = self.answer(envelope);
            if replies.blocking_send(ToControl::Reply { id, outcome }).is_err() {
                return;
            }
        }
    }

    /// A repeated command is answered again, not carried out again.
    pub fn answer(&mut self, envelope: Envelope) -> Outcome {
        if let Some((_, outcome)) = self.answered.iter().find(|(id, _)| *id == envelope.id) {
            return outcome.clone();
        }
        let outcome = if envelope.deadline < Timestamp::now() {
            refused("deadline", "the command came after its deadline")
        } else {
            self.carry_out(envelope.command)
        };
        if self.answered.len() == REMEMBERED {
            self.answered.pop_front();
        }
        self.answered.push_back((envelope.id, outcome.clone()));
        outcome
    }

    fn carry_out(&self, command: Command) -> Outcome {
        let live = &self.shared.live;
        match command {
            Command::Mount { .. } if self.shared.draining.load(Ordering::Relaxed) => refused("draining", "this process is about to end"),
            Command::Mount { feature, revision, artifact, tier, presentation, settings, with_data } => {
                let order = Order { feature, revision, artifact, tier, presentation, settings };
                let mounted = if with_data { live.mount_with_data(order) } else { live.mount(order) };
                match mounted {
                    Ok(report) => Outcome::Mounted(report),
                    Err(error) => Outcome::Refused(error.into()),
                }
            }
            Command::Unmount { feature } => {
                live.unmount(&feature);
                self.shared.hub.forget(&feature);
                Outcome::Done
            }
            Command::Configure { feature, settings } => {
                if live.configure(&feature, settings) {
                    Outcome::Done
                } else {
                    refused("unknown_feature", &format!("{feature} is not mounted"))
                }
            }
            Command::Report => {
                let Process { workers, layers } = self.process.clone();
                Outcome::Report(Box::new(LiveReport { workers, layers, ..live.report() }))
            }
            Command::Serve => match self.turn.take(&self.shared) {
                Ok(failed) => Outcome::Serving { failed: failed.into_iter().map(|(feature, error)| (feature, error.into())).collect() },
                Err(error) => refused("turn", &error.to_string()),
            },
            Command::Drain { within_ms } => {
                // One drain is enough; a second one changes nothing.
                let _ = self.drain.try_send(Duration::from_millis(within_ms));
                Outcome::Done
            }
        }
    }
}

fn refused(stage: &str, message: &str) -> Outcome {
    Outcome::Refused(Refusal { stage: stage.to_owned(), message: message.to_owned() })
}
