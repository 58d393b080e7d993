"""The administration: every record, arranged by the same nouns as everything else."""

from reviews.admin import datagaps, deadlines, framework, guidance, meetings, people, reports, trace
from reviews.admin.gate import site

__all__ = ["datagaps", "deadlines", "framework", "guidance", "meetings", "people", "reports", "site", "trace"]
