//! `SchemaDecoder`: values of JSON whose schema says all there is to say about it.
//!
//! `schema.rs` has the parts of a schema, `read.rs` what reads them, `instance.rs` makes models.

mod instance;
mod read;
mod schema;

use pyo3::prelude::*;
use pyo3::types::{PyList, PyTuple};

use read::Reader;
use schema::{Node, node_of};

pub fn register(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<SchemaDecoder>()
}

/// Reads JSON of one schema, as pydantic's validator does.
#[pyclass(frozen, module = "ferroapi._core")]
pub struct SchemaDecoder {
    nodes: Vec<Node>,
}

#[pymethods]
impl SchemaDecoder {
    #[new]
    fn new(nodes: &Bound<'_, PyList>) -> PyResult<Self> {
        let size = nodes.len();
        let nodes = nodes
            .iter()
            .map(|node| node_of(node.cast::<PyTuple>()?, size))
            .collect::<PyResult<_>>()?;
        Ok(Self { nodes })
    }

    /// The value of a body, or `NotImplemented`.
    fn decode<'py>(&self, py: Python<'py>, body: &[u8]) -> Bound<'py, PyAny> {
        Reader::new(py, &self.nodes, body)
            .read_all()
            .unwrap_or_else(|| py.NotImplemented().into_bound(py))
    }
}
