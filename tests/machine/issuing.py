"""What else the random people do: they issue the memo, with names or with roles."""

from sqlalchemy.orm import Session

from crrubric.domain.actions import Action
from crrubric.domain.errors import Invalid
from crrubric.extensions import db
from crrubric.models import MemoIssue
from crrubric.queries.memo.issues import find_standing_issue, list_memo_issues
from crrubric.queries.people.access import find_evaluation
from crrubric.services.memo.issues import IssueText, issue_memo
from crrubric.services.memo.naming import set_memo_names
from tests.machine.frame import WHY, Frame, act

LANGUAGES = ["en", "es", "en", "xx"]  # the last is none of ours


class Issuing(Frame):
    """One action a service."""

    @act(Action.SET_MEMO_NAMES, names_people=[True, False])
    def set_memo_names(self, who, names_people):
        name = self.person(who, Action.SET_MEMO_NAMES)
        done = self.tried(
            self.refused(name, Action.SET_MEMO_NAMES) or self.aims(name),
            lambda: set_memo_names(self.people[name], self.slug, names_people=names_people),
            idle=self.model.facts["names_people"] is names_people,
        )
        if done:
            self.model.facts["names_people"] = names_people

    @act(Action.ISSUE_MEMO, language=LANGUAGES, why=WHY)
    def issue_memo(self, who, language, why):
        name = self.person(who, Action.ISSUE_MEMO)
        number = len(self.model.memo_issues) + 1
        done = self.tried(
            (language == "xx" and Invalid)
            or self.refused(name, Action.ISSUE_MEMO)
            or (self.partial(name) and Invalid)
            or (number > 1 and not why and Invalid),
            lambda: issue_memo(
                self.people[name], self.slug, IssueText(language=language, reason=why)
            ),
        )
        if done:
            self.model.memo_issues[number] = {
                "language": language,
                "names_people": self.model.facts["names_people"],
                "reason": why,
                **read_made_parts(db.session(), done.value.id),
            }
            self.only_the_last_issue_can_stand(number)

    def only_the_last_issue_can_stand(self, number: int) -> None:
        """It does, as long as its decision does."""
        session: Session = db.session()
        evaluation = find_evaluation(session, self.slug)
        stamp = find_standing_issue(session, evaluation)
        assert stamp is not None
        assert stamp.number == number
        standing = [row.issue.number for row in list_memo_issues(session, evaluation) if row.stands]
        assert standing == [number]
        session.rollback()


def read_made_parts(session: Session, key: int) -> dict[str, object]:
    """What the model cannot know beforehand: moments and hashes."""
    issue = session.get_one(MemoIssue, key)
    return {
        "decided_at": issue.decided_at.isoformat(),
        "journal_head": issue.journal_head,
        "basis_hash": issue.basis_hash,
        "files": sorted((row.form.value, row.size, row.sha256) for row in issue.files),
    }
