//! Writes down how a run goes, in order, without making it wait for the disk: each note is durable before the run's
//! end is recorded, because [`Stages::written`] is awaited first.

use kandra_model::{Finding, RunId, Stage, StageOutcome, Usage};
use kandra_store::{Draft, Store};
use tokio::sync::{mpsc, oneshot};

enum Note {
    Begin(Stage, u32),
    End(Stage, StageOutcome, Vec<Finding>),
    Plan { plan: String, contract: Option<String>, provenance: Option<String> },
    Usage(Usage),
    Draft(Box<Draft>, String),
    Written(oneshot::Sender<()>),
}

/// One run's notes; clones write to the same list.
#[derive(Clone)]
pub(crate) struct Stages {
    notes: mpsc::UnboundedSender<Note>,
}

impl Stages {
    /// Starts the task that writes.
    pub(crate) fn of(store: Store, run: RunId) -> Self {
        let (notes, receiver) = mpsc::unbounded_channel();
        tokio::spawn(write_all(store, run, receiver));
        Self { notes }
    }

    /// A stage begins.
    pub(crate) fn begin(&self, stage: Stage, attempt: u32) {
        self.note(Note::Begin(stage, attempt));
    }

    /// The newest stage ends.
    pub(crate) fn end(&self, stage: Stage, outcome: StageOutcome, findings: Vec<Finding>) {
        self.note(Note::End(stage, outcome, findings));
    }

    /// The developer's sentence is known, and perhaps its contract and who it is.
    pub(crate) fn plan(&self, plan: &str, contract: Option<String>, provenance: Option<String>) {
        self.note(Note::Plan { plan: plan.to_owned(), contract, provenance });
    }

    /// What the model used so far.
    pub(crate) fn usage(&self, usage: Usage) {
        self.note(Note::Usage(usage));
    }

    /// What the run works on from now on. Lost with a crash in the next milliseconds, it is written again.
    pub(crate) fn draft(&self, draft: Draft, provenance: String) {
        self.note(Note::Draft(Box::new(draft), provenance));
    }

    /// Waits until everything so far is durable.
    pub(crate) async fn written(&self) {
        let (done, written) = oneshot::channel();
        self.note(Note::Written(done));
        // The writer is gone only when the runtime ends.
        let _ = written.await;
    }

    fn note(&self, note: Note) {
        let _ = self.notes.send(note);
    }
}

async fn write_all(store: Store, run: RunId, mut notes: mpsc::UnboundedReceiver<Note>) {
    while let Some(note) = notes.recv().await {
        let written = match note {
            Note::Begin(stage, attempt) => store.begin_stage(run, stage, attempt).await,
            Note::End(stage, outcome, findings) => store.end_stage(run, stage, outcome, findings).await.map(drop),
            Note::Plan { plan, contract, provenance } => store.plan_run(run, &plan, contract, provenance).await,
            Note::Usage(usage) => store.record_usage(run, usage).await,
            Note::Draft(draft, provenance) => store.save_draft(run, *draft, Some(provenance)).await,
            Note::Written(done) => {
                let _ = done.send(());
                Ok(())
            }
        };
        if let Err(error) = written {
            tracing::warn!(%run, %error, "a note about a run could not be written");
        }
    }
}
