"""Alembic's entry: it runs on the connection that `arm.central.schema` hands over, inside its transaction."""

from alembic import context

from arm.central.tables import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
