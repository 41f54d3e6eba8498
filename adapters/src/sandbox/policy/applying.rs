//! What a contractor does with an application session, on the page or by themselves.

use serde_json::Value;

use super::behaviour::Apply;
use super::crud;
use super::object::Object;
use super::sessions::{self, Session, Step};
use super::telling::Happening;
use super::world::{Chore, PolicyWorld};
use crate::sandbox::answer::{Answer, Outcome, as_json};
use crate::sandbox::desk::Effect;
use crate::sandbox::form::Form;

/// Control: the contractor is at this step of the application.
pub(super) fn step(world: &mut PolicyWorld, now: i64, id: &str, body: &Value) -> Outcome {
    let mut form = Form::read(body)?;
    let steps = [
        ("verify_info", Step::VerifyInfo),
        ("application_questions", Step::ApplicationQuestions),
        ("esignature_document", Step::EsignatureDocument),
        ("add_card_details", Step::AddCardDetails),
        ("final_review", Step::FinalReview),
    ];
    let name = form.one_of("step", &steps.map(|(name, _)| name));
    form.done()?;
    if !crud::get::<Session>(world, id)?.is_open() {
        return Err(sessions::over());
    }
    world.start(id, now);
    if let (Some(session), Some((_, step))) =
        (world.sessions.get_mut(id), steps.into_iter().find(|(known, _)| *known == name))
    {
        session.step = step;
    }
    crud::find::<Session>(world, id)
}

impl PolicyWorld {
    /// The contractor has the application before them.
    pub(super) fn start(&mut self, id: &str, now: i64) {
        let session = self.sessions.get(id);
        if session.is_some_and(|session| session.is_open() && !session.started) {
            // The session was just found.
            let _ = self.change_session(id, now, Happening::ApplicationStarted, |session| {
                session.started = true;
            });
        }
    }

    /// The contractor has answered everything: the application is complete and a policy binds.
    pub(super) fn complete(&mut self, id: &str, now: i64) -> Outcome {
        let session = crud::get::<Session>(self, id)?;
        if self.sessions.of_group(&session.quote).any(|other| other.is_complete()) {
            return Err(sessions::already_complete());
        }
        let (_, term) = self.behaviour_in(session);
        let quote = self.quotes.get(&session.quote).ok_or_else(sessions::over)?;
        if !session.is_open() || quote.cover.end_date <= now {
            return Err(sessions::over());
        }
        let quote = quote.clone();
        self.start(id, now);
        let answer = self.change_session(id, now, Happening::ApplicationComplete, |session| {
            session.step = Step::ApplicationComplete;
        })?;
        self.bind(&quote, term, now);
        Ok(answer)
    }

    /// What the simulated contractor does with a session when the time has come.
    pub(super) fn contractor_acts(&mut self, id: &str, now: i64) {
        let Some(session) = self.sessions.get(id).filter(|session| session.is_open()) else {
            return;
        };
        let (apply, _) = self.behaviour_in(session);
        if apply == Apply::Never {
            return;
        }
        self.start(id, now);
        // A refusal means that the session ended some other way meanwhile.
        let _ = match apply {
            Apply::Never => return,
            Apply::Auto => self.complete(id, now),
            Apply::Expire => sessions::expire(self, now, id, &Value::Null),
            Apply::Review => self.review(id, now),
            Apply::Ineligible => self.change_session(id, now, Happening::ApplicationIneligible, |session| {
                session.step = Step::Ineligible;
            }),
        };
    }

    /// A person at the vendor has looked at the application, and found nothing against it.
    pub(super) fn approve(&mut self, id: &str, now: i64) {
        // As above: an approval that comes too late changes nothing.
        let _ = self
            .change_session(id, now, Happening::ManualReviewApproved, |_| {})
            .and_then(|_| self.complete(id, now));
    }

    fn review(&mut self, id: &str, now: i64) -> Outcome {
        let answer = self.change_session(id, now, Happening::ManualReview, |session| {
            session.step = Step::FinalReview;
        })?;
        let after = self.settings.contractor.after;
        self.effects.push(Effect::Later(after, Chore::Approve(id.to_owned())));
        Ok(answer)
    }

    pub(super) fn change_session(
        &mut self,
        id: &str,
        now: i64,
        happening: Happening,
        change: impl FnOnce(&mut Object<Session>),
    ) -> Outcome {
        crud::get::<Session>(self, id)?;
        if let Some(session) = self.sessions.get_mut(id) {
            change(session);
            let session = session.clone();
            self.tell(now, happening, &session.contractor, as_json(&session));
        }
        Ok(Answer::ok(crud::get::<Session>(self, id)?))
    }
}
