//! Between rows and the domain's types. A row that our schema says cannot be is a damaged database.

use crate::StoreError;
use domain::{id::*, stamp::ChangeId};
use uuid::Uuid;

pub(crate) fn uuid(bytes: &[u8]) -> Result<Uuid, StoreError> {
    Uuid::from_slice(bytes).map_err(|_| StoreError::corrupt("an id has another length"))
}

pub(crate) trait FromUuid {
    fn from_uuid(uuid: Uuid) -> Self;
}

macro_rules! from_uuid {
    ($($id:ident),+) => {$(
        impl FromUuid for $id {
            fn from_uuid(uuid: Uuid) -> $id {
                $id(uuid)
            }
        }
    )+};
}

from_uuid!(BoardId, ColumnId, CardId, EntityId, PersonId, ReplicaId, ActId);

pub(crate) fn id<Id: FromUuid>(bytes: &[u8]) -> Result<Id, StoreError> {
    uuid(bytes).map(Id::from_uuid)
}

pub(crate) fn half_hash(bytes: &[u8]) -> Result<[u8; 16], StoreError> {
    bytes.try_into().map_err(|_| StoreError::corrupt("a hash has another length"))
}

/// SQLite counts in signed numbers; ours stay far below their limit.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn unsigned(number: i64) -> Result<u64, StoreError> {
    u64::try_from(number).map_err(|_| StoreError::corrupt("a number is negative"))
}

pub(crate) fn counter(number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::corrupt("a counter is out of range"))
}

pub(crate) fn change_id(
    replica: Option<Vec<u8>>,
    rseq: Option<i64>,
) -> Result<Option<ChangeId>, StoreError> {
    match (replica, rseq) {
        (Some(replica), Some(rseq)) => {
            Ok(Some(ChangeId { replica: id(&replica)?, rseq: unsigned(rseq)? }))
        }
        _ => Ok(None),
    }
}
