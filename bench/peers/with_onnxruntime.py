"""Inference with ONNX Runtime, into an output that is made once."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import common
from common import LINEAR

ARGS = common.arguments(["inference"])
import onnxruntime  # noqa: E402 (after the threads are limited)


def model():
    """The autoencoder as an ONNX graph."""
    nodes, weights, last = [], [], "x"
    for i, (w, b) in enumerate(common.initial_weights(ARGS.seed)):
        weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [last, f"w{i}", f"b{i}"], [f"h{i}"]))
        last = f"h{i}"
        if i not in LINEAR:
            nodes.append(helper.make_node("Relu", [last], [f"r{i}"]))
            last = f"r{i}"
    shape = [ARGS.samples, 784]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", last)]
    graph = helper.make_graph(nodes, "autoencoder", ends[:1], ends[1:], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), last


graph, name = model()
onnx.checker.check_model(graph)
options = onnxruntime.SessionOptions()
options.intra_op_num_threads, options.inter_op_num_threads = ARGS.threads, 1
session = onnxruntime.InferenceSession(graph.SerializeToString(), options, providers=["CPUExecutionProvider"])
binding, output = session.io_binding(), np.empty((ARGS.samples, 784), np.float32)
binding.bind_output(name, "cpu", 0, np.float32, output.shape, output.ctypes.data)


def run(x):
    binding.bind_cpu_input("x", x)
    session.run_with_iobinding(binding)
    return output


common.time_passes(run, ARGS)
