//! A step inside a write that may be refused by itself.

use diesel::connection::SimpleConnection as _;

use super::Connection;
use crate::base::Result;

/// Runs `work` in a savepoint: a refusal by a rule undoes this step alone and the write goes on; any other error must end
/// the whole write and is passed on as it is. Not to be nested.
///
/// # Errors
/// What `work` ends with; `Database` when the savepoint fails.
pub fn in_savepoint<T>(connection: &mut Connection, work: impl FnOnce(&mut Connection) -> Result<T>) -> Result<T> {
    connection.batch_execute("SAVEPOINT step")?;
    let result = work(connection);
    match &result {
        Ok(_) => connection.batch_execute("RELEASE SAVEPOINT step")?,
        Err(error) if error.is_refusal() => {
            connection.batch_execute("ROLLBACK TO SAVEPOINT step; RELEASE SAVEPOINT step")?;
        }
        Err(_) => {}
    }
    result
}
