"""Child processes of a test work on that test's database."""

from foundation.identity.models import User


def test_a_child_process_sees_what_the_test_wrote(children):
    User.objects.create_user("portal@hub.example", kind=User.Kind.PORTAL)
    code = "from foundation.identity.models import User; print(*User.objects.values_list('email', flat=True))"
    result = children.manage("shell", "--no-imports", "-c", code)
    assert result.stdout.strip() == "portal@hub.example"
