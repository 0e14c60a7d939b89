"""Parcels are written down once, and nobody holds a connection for longer than it takes."""

from sqlalchemy import Column, Integer, MetaData, Table

from unblocked.grading import App, Database, Outside, expect

TABLES = MetaData()
Table("parcels", TABLES, Column("id", Integer, primary_key=True), Column("weight", Integer))


def check_a_parcel_is_written_down(app: App, database: Database) -> None:
    """A parcel is in the database when its customer has the answer."""
    database.make(TABLES)
    database.make(TABLES)  # once more changes nothing
    reply = app.post("/parcels/7")
    rows = database.rows("SELECT * FROM parcels WHERE id = %s", 7)
    expect(
        reply.status == 200 and rows == [{"id": 7, "weight": 2}] and app.beside == [database],
        did="sent a parcel",
        got=f"{reply}; {rows}",
        expected="one row",
        meaning="What is not committed is not there.",
    )


def check_nothing_is_held_while_the_carrier_thinks(app: App, database: Database, carriers: Outside) -> None:
    """No transaction is open while a carrier is asked."""
    database.make(TABLES)
    carriers.hold()
    waits = app.start("/asked/7", method="POST")
    app.comes(lambda: carriers.waiting())
    begun = database.transactions
    carriers.mend(latency=0)
    reply = waits.finish()
    expect(
        begun == 0 and reply.status == 200 and database.value("SELECT count(*) FROM parcels") == 1,
        did="looked at the database while a carrier was held",
        got=f"{begun} open transaction(s) of {database.connections} connection(s)",
        expected="none",
        meaning="A connection that waits for a carrier is nobody else's.",
    )


def check_one_statement_is_enough(app: App, database: Database) -> None:
    """A parcel is written with one statement."""
    database.make(TABLES)
    database.insert("parcels", {"id": 1, "weight": 1}, {"id": 2, "weight": 2})
    app.post("/parcels/7")
    asked = database.asked("INSERT", "SELECT weight")
    expect(
        len(asked) == 1 and asked[0].startswith("INSERT INTO parcels"),
        did="read what the server was asked",
        got=f"{asked}",
        expected="one INSERT",
        meaning="Each statement is a round trip.",
    )


def check_a_lock_is_waited_for(app: App, database: Database) -> None:
    """A parcel that somebody else has locked is changed when it is free."""
    database.make(TABLES)
    database.insert("parcels", {"id": 7, "weight": 1})
    with database.transaction() as other:
        other.execute("UPDATE parcels SET weight = 5 WHERE id = 7")
        waits = app.start("/heavier/7", method="POST")
        seen = app.ends(lambda: database.waiting)
        other.commit()
    waits.finish()
    weight = database.value("SELECT weight FROM parcels")
    expect(
        seen and weight == 6,
        did="locked a parcel, and asked for another kilogram",
        got=f"{weight} kg",
        expected="6 kg",
        meaning="Who reads before the lock reads what is no longer true.",
    )


def check_a_dead_database_is_told(app: App, database: Database) -> None:
    """Without a database, the answer is 503; with it, what was committed is there again."""
    database.make(TABLES)
    app.post("/parcels/6")
    database.kill()
    reply = app.post("/parcels/7")
    database.again()
    rows = database.value("SELECT count(*) FROM parcels")
    expect(
        reply.status == 503 and rows == 1,
        did="asked while the database was dead",
        got=f"{reply}; {rows} row(s) afterwards",
        expected="status 503",
        meaning="The customer has to know that nothing was written.",
    )
