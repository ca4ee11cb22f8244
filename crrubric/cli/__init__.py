"""The operator's door: the same services from a shell."""

import sys

import click

from crrubric import __version__
from crrubric.cli import database, evaluations, mail, people, results, serving, settings, verify
from crrubric.domain.errors import CrrubricError, InvalidLines


class CommandGroup(click.Group):
    """A group that turns refusals into one line on stderr and exit code 1; nothing else."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command; a refusal is words, not a traceback."""
        try:
            return super().invoke(ctx)
        except CrrubricError as error:
            click.echo(f"crrubric: {error}", err=True)
            if isinstance(error, InvalidLines):
                for number, reason in error.lines:
                    click.echo(f"  line {number}: {reason}", err=True)
            for problem in getattr(error, "problems", ()):
                click.echo(f"  - {problem}", err=True)
            sys.exit(1)


@click.group("crrubric", cls=CommandGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="crrubric")
def root_group() -> None:
    """Score credit-recovery courseware with a committee.

    Reviewers score vendors alone and blind against a rubric of YES/NO criteria; the chair reads
    where the committee agrees, settles the rest in a meeting, and writes the selection memo.

    \b
    Try it:            crrubric demo
    For a district:    crrubric user add --administrator --name NAME --email ADDRESS
                       crrubric serve
    """


for command in (
    serving.serve_demo,
    serving.serve,
    database.db_group,
    people.user_group,
    evaluations.evaluation_group,
    evaluations.import_group,
    results.print_results,
    results.write_memo_file,
    mail.mail_group,
    settings.settings_group,
    verify.verify,
):
    root_group.add_command(command)
