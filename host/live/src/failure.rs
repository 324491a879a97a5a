//! Why a call has no answer of the feature's own, and what the visitor is told. HTTP statuses are decided here only.

use kandra_abi::fault_kind;
use kandra_wire::FaultKind;

/// A call that the host answers in the feature's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No feature of this name is mounted.
    NoFeature,
    /// The feature has no such route.
    NoRoute,
    /// The route has other methods only.
    Method { allowed: Vec<&'static str> },
    /// A path parameter is not percent-encoded UTF-8.
    BadPath,
    /// The body could not be read.
    BadBody,
    /// The body has more bytes than the feature takes.
    BodyTooLarge { most: u64 },
    /// The body took longer than the call may.
    BodyTooSlow,
    /// The owner paused it.
    Paused,
    /// As many calls as allowed are under way.
    Busy { most: u32 },
    /// Its state moves to another revision: whoever is told this looks again. Visitors only see it when that takes too long.
    Held,
    /// It was ended so that another revision could take over.
    Replaced,
    /// It spent its budget again and again, and rests.
    Rests { seconds: u64 },
    /// It panicked.
    Panic { id: String },
    /// A budget of one poll is spent.
    Budget { kind: u32, id: String },
    /// It waited past its deadline.
    Deadline { millis: u64, id: String },
    /// Its answer is larger than allowed.
    AnswerTooLarge { bytes: usize, most: u64, id: String },
    /// It is not an HTTP answer.
    BadAnswer { problem: String, id: String },
    /// The request names a host that is not ours.
    WrongHost,
    /// Too many event streams or WebSockets.
    TooManyStreams,
    /// A WebSocket's address was asked without a handshake.
    NotASocket,
    /// A page of another site asks for a WebSocket.
    WrongOrigin,
    /// The query of one of live's own routes.
    BadQuery { problem: String },
    /// The thread that was asked is no worker: a mistake of the program around this crate.
    NotAWorker,
}

impl Failure {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoFeature | Self::NoRoute => 404,
            Self::Method { .. } => 405,
            Self::BadPath | Self::BadBody | Self::BadQuery { .. } => 400,
            Self::BodyTooLarge { .. } => 413,
            Self::BodyTooSlow => 408,
            Self::Busy { .. } => 429,
            Self::Panic { .. } | Self::AnswerTooLarge { .. } | Self::BadAnswer { .. } | Self::NotAWorker => 500,
            Self::Paused | Self::Rests { .. } | Self::Held | Self::Replaced | Self::Budget { .. } | Self::TooManyStreams => 503,
            Self::Deadline { .. } => 504,
            Self::NotASocket => 426,
            Self::WrongOrigin => 403,
            Self::WrongHost => 421,
        }
    }

    /// A stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFeature => "no_feature",
            Self::NoRoute => "no_route",
            Self::Method { .. } => "method_not_allowed",
            Self::BadPath => "bad_path",
            Self::BadBody => "bad_body",
            Self::BadQuery { .. } => "bad_query",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::BodyTooSlow => "body_too_slow",
            Self::Busy { .. } => "busy",
            Self::Rests { .. } => "rests",
            Self::Held => "held",
            Self::Replaced => "replaced",
            Self::Panic { .. } => "panic",
            Self::AnswerTooLarge { .. } => "budget_response",
            Self::BadAnswer { .. } => "bad_answer",
            Self::NotAWorker => "not_a_worker",
            Self::Paused => "paused",
            Self::Budget { kind: fault_kind::STACK, .. } => "budget_stack",
            Self::Budget { kind: fault_kind::MEMORY, .. } => "budget_memory",
            Self::Budget { .. } => "budget_time",
            Self::TooManyStreams => "too_many_streams",
            Self::Deadline { .. } => "deadline",
            Self::NotASocket => "not_a_socket",
            Self::WrongOrigin => "wrong_origin",
            Self::WrongHost => "wrong_host",
        }
    }

    /// One calm sentence for the visitor.
    pub fn sentence(&self) -> String {
        match self {
            Self::NoFeature => "There is no feature of this name here.".to_owned(),
            Self::NoRoute => "This feature has no such page.".to_owned(),
            Self::Method { allowed } => format!("This address answers {} only.", allowed.join(", ")),
            Self::BadPath => "This address is not valid percent-encoded text.".to_owned(),
            Self::BadBody => "The request's body could not be read.".to_owned(),
            Self::BadQuery { problem } => problem.clone(),
            Self::BodyTooLarge { most } => format!("The request is too large: this feature takes up to {most} bytes."),
            Self::BodyTooSlow => "The request's body took too long to arrive.".to_owned(),
            Self::Busy { most } => format!("This feature is busy: it answers {most} calls at once. Please try again in a moment."),
            Self::Rests { seconds } => {
                format!("This feature used up its budget several times in a row and rests for {seconds} s. Please try again then.")
            }
            Self::Held | Self::Replaced => "This feature was being replaced. Please try again.".to_owned(),
            Self::Panic { id } => format!("Something in this feature failed (id {id}). Its author can see why."),
            Self::AnswerTooLarge { bytes, most, id } => {
                format!("This feature's answer has {bytes} bytes, and it may send {most} (id {id}). Its author can see why.")
            }
            Self::BadAnswer { id, .. } => format!("This feature gave an answer that cannot be sent (id {id}). Its author can see why."),
            Self::NotAWorker => "The call was made on a thread that does not serve features.".to_owned(),
            Self::Paused => "This feature is paused. Please come back later.".to_owned(),
            Self::Budget { kind, id } => {
                let budget = match *kind {
                    fault_kind::STACK => "stack budget",
                    fault_kind::MEMORY => "memory budget",
                    _ => "time budget of one step",
                };
                format!("This feature was stopped because it used up its {budget} (id {id}).")
            }
            Self::TooManyStreams => "Too many connections are open. Please try again later.".to_owned(),
            Self::Deadline { millis, id } => format!("This feature did not answer within {:.1} s (id {id}).", *millis as f64 / 1e3),
            Self::NotASocket => "This address is a WebSocket: open it with one.".to_owned(),
            Self::WrongOrigin => "Pages of other sites may not use this WebSocket.".to_owned(),
            Self::WrongHost => "This server does not answer for that host name.".to_owned(),
        }
    }

    /// What is reported to control, if the feature is to blame: kind, id, detail.
    pub fn fault(&self) -> Option<(FaultKind, &str)> {
        match self {
            Self::Panic { id } => Some((FaultKind::Panic, id)),
            Self::Budget { id, .. } => Some((FaultKind::Budget, id)),
            Self::Deadline { id, .. } => Some((FaultKind::Deadline, id)),
            Self::AnswerTooLarge { id, .. } | Self::BadAnswer { id, .. } => Some((FaultKind::Error, id)),
            _ => None,
        }
    }
}
