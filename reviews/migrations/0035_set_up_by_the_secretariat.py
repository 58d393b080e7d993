"""Names of a framework's levels, groups of countries, test cycles, alternates; trust is not of the Blueprint alone."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('reviews', '0034_internal_notes_of_turns'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='reviewcycle',
            name='cycle_status_known',
        ),
        migrations.AddField(
            model_name='framework',
            name='characteristic_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='its word for characteristic'),
        ),
        migrations.AddField(
            model_name='framework',
            name='key_result_area_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='its word for key result area'),
        ),
        migrations.AddField(
            model_name='framework',
            name='strategic_measure_name',
            field=models.CharField(blank=True, db_default='', default='', max_length=60, verbose_name='its word for strategic measure'),
        ),
        migrations.AddField(
            model_name='organisation',
            name='groups',
            field=models.CharField(blank=True, db_default='', default='', help_text='Short names of the groups that it belongs to, separated by spaces, such as CLMV.', max_length=200, verbose_name='groups'),
        ),
        migrations.AddField(
            model_name='reviewcycle',
            name='is_test',
            field=models.BooleanField(db_default=False, default=False, help_text='To rehearse in: marked on every page, sends no mail, can be emptied. It stays one.', verbose_name='test cycle'),
        ),
        migrations.AddField(
            model_name='user',
            name='alternate',
            field=models.ForeignKey(blank=True, help_text='Who acts when this person is away: somebody of the same body.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='stands_in_for', to=settings.AUTH_USER_MODEL, verbose_name='alternate'),
        ),
        migrations.AlterField(
            model_name='frameworknode',
            name='confidence',
            field=models.CharField(choices=[('high', 'confirmed'), ('check', 'to be checked against the published text')], default='high', max_length=10, verbose_name='confidence'),
        ),
        migrations.AlterField(
            model_name='meeting',
            name='confidence',
            field=models.CharField(choices=[('high', 'confirmed'), ('check', 'to be checked against the published text')], default='high', max_length=10, verbose_name='confidence'),
        ),
        migrations.AlterField(
            model_name='methodnote',
            name='confidence',
            field=models.CharField(choices=[('high', 'confirmed'), ('check', 'to be checked against the published text')], default='check', max_length=10, verbose_name='confidence'),
        ),
        migrations.AlterField(
            model_name='organisation',
            name='confidence',
            field=models.CharField(choices=[('high', 'confirmed'), ('check', 'to be checked against the published text')], default='high', max_length=10, verbose_name='confidence'),
        ),
        migrations.AlterField(
            model_name='reviewcycle',
            name='status',
            field=models.CharField(choices=[('preparing', 'being prepared'), ('open', 'open'), ('closed', 'closed'), ('emptied', 'emptied')], default='preparing', max_length=20, verbose_name='status'),
        ),
        migrations.AlterField(
            model_name='timelineevent',
            name='confidence',
            field=models.CharField(choices=[('high', 'confirmed'), ('check', 'to be checked against the published text')], default='high', max_length=10, verbose_name='confidence'),
        ),
        migrations.AddConstraint(
            model_name='reviewcycle',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['preparing', 'open', 'closed', 'emptied'])), name='cycle_status_known'),
        ),
        migrations.AddConstraint(
            model_name='reviewcycle',
            constraint=models.CheckConstraint(condition=models.Q(('is_test', True), models.Q(('status', 'emptied'), _negated=True), _connector='OR'), name='cycle_emptied_is_test'),
        ),
    ]
